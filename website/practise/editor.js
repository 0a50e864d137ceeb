// The editor: CodeMirror for Python, which can mark one line.

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python, pythonLanguage } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { syntaxHighlighting } from "@codemirror/language";
import { EditorState, Prec, RangeSet, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, GutterMarker, gutterLineClass, keymap } from "@codemirror/view";
import { drawSelection, highlightActiveLine, lineNumbers } from "@codemirror/view";
import { classHighlighter, highlightCode } from "@lezer/highlight";

class WrongNumber extends GutterMarker {
  elementClass = "wrong-line";
}

const wrongLine = Decoration.line({ class: "wrong-line" });
const wrongNumber = new WrongNumber();
const mark = StateEffect.define(); // where the marked line starts, or null

/** Where the marked line starts; null where none is. A mark goes when its line is edited. */
const marked = StateField.define({
  create: () => null,
  update(place, { changes, docChanged, effects, startState }) {
    for (const effect of effects) if (effect.is(mark)) return effect.value;
    if (place === null || !docChanged) return place;
    const { from, to } = startState.doc.lineAt(place);
    return changes.touchesRange(from, to) ? null : changes.mapPos(place, 1);
  },
  provide: (field) => [
    EditorView.decorations.from(field, (place) => ranges(wrongLine, place)),
    gutterLineClass.from(field, (place) => ranges(wrongNumber, place)),
  ],
});

function ranges(value, place) {
  return place === null ? RangeSet.empty : RangeSet.of(value.range(place));
}

export class Editor {
  /** Below a parent element, with a first text; onChange(text) is called after each change that
   *  the reader makes, onCheck() for Ctrl-Enter. */
  constructor(parent, text, { onChange, onCheck }) {
    const check = { key: "Mod-Enter", run: () => (onCheck(), true) };
    this.view = new EditorView({
      parent,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          history(),
          drawSelection(),
          indentUnit.of("    "),
          indentOnInput(),
          bracketMatching(),
          highlightActiveLine(),
          syntaxHighlighting(classHighlighter),
          python(),
          marked,
          Prec.highest(keymap.of([check])),
          keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
          EditorView.contentAttributes.of({
            "aria-label": "Your answer, in Python",
            "aria-describedby": "keys",
          }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) onChange(this.text);
          }),
        ],
      }),
    });
  }

  get text() {
    return this.view.state.doc.toString();
  }

  /** Another text; undo brings the old one back. */
  set text(text) {
    const { length } = this.view.state.doc;
    this.view.dispatch({ changes: { from: 0, to: length, insert: text }, effects: mark.of(null) });
  }

  /** Mark a line by its number and show it; null takes the mark away. */
  markLine(number) {
    const { doc } = this.view.state;
    const place = number && number <= doc.lines ? doc.line(number).from : null;
    this.view.dispatch({ effects: mark.of(place) });
    if (place === null) return;
    const { top } = this.view.lineBlockAt(place);
    const { scrollDOM } = this.view; // the page itself stays where it is
    const seen = scrollDOM.scrollTop <= top && top < scrollDOM.scrollTop + scrollDOM.clientHeight;
    if (!seen) scrollDOM.scrollTop = top - scrollDOM.clientHeight / 2;
  }

  /** Put the cursor at the start of a line's text. */
  goTo(number) {
    const line = this.view.state.doc.line(Math.min(number, this.view.state.doc.lines));
    const anchor = line.from + line.text.search(/\S|$/);
    this.view.dispatch({ selection: { anchor }, scrollIntoView: true });
    this.view.focus();
  }
}

/** Code as a highlighted <pre>. */
export function highlighted(code) {
  const pre = document.createElement("pre");
  const add = (text, classes) => {
    const part = document.createElement("span");
    part.className = classes;
    part.textContent = text;
    pre.append(part);
  };
  highlightCode(code, pythonLanguage.parser.parse(code), classHighlighter, add, () =>
    pre.append("\n"),
  );
  return pre;
}
