// The command that does the same training in a terminal.

import { find } from "./dom.js";
import { showMessage } from "./messages.js";

export class Command {
  constructor(training) {
    this.training = training;
    find("copy").addEventListener("click", () => this.copy());
    for (const event of ["setup", "rate"]) training.on(event, () => this.show());
  }

  show() {
    const { command, about_command: about } = this.training.answer;
    find("command-line").textContent = command ?? "";
    find("command-explained").textContent = about;
    find("with-command").hidden = !command;
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(find("command-line").textContent);
      showMessage("The command is copied.", "note");
    } catch {
      getSelection().selectAllChildren(find("command-line"));
      showMessage("The command is selected: press Ctrl+C to copy it.", "note");
    }
  }
}
