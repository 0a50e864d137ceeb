#!/usr/bin/env bash
# Gradescope runs this once, as root, where it has unpacked the zip: /autograder/source.
set -euo pipefail
cd "$(dirname "$0")"
python3 -c "import ensurepip" || { apt-get update && apt-get install --yes python3-venv; }
python3 -m venv uv
uv/bin/python -m pip install uv
uv/bin/uv venv --python ">=3.11" .venv  # downloads one where the system's is older
uv/bin/uv pip install --torch-backend=cpu --constraint constraints.txt --editable "$(cat EXTRAS)"
# Submissions are judged without a download; only answers that train on MNIST need it.
.venv/bin/python -c "from data.datasets import load_dataset; load_dataset('mnist')" ||
  echo "MNIST cannot be had: answers that train on it will fail"
