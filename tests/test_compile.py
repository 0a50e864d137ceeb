"""Tier 3 compiled by torch.compile: the same training, or one line that says what is missing."""

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import torch
from train_scripts import read_tensors

from common.keeping.options import REPOSITORY
from common.mathematics.configuration import Configuration
from data.errors import UserError
from train_paper import compile_model, make_model

OPTIONS = ["--dataset", "xor", "--hidden", "5", "3", "--epochs", "1", "--dtype", "float64"]


def train(folder, device, *options):
    script = REPOSITORY / "paper" / "train_paper.py"
    command = [sys.executable, script, *OPTIONS, "--device", device, "--run-dir", folder, *options]
    subprocess.run(command, check=True, capture_output=True)
    return read_tensors(folder / "model.safetensors")[0]


@pytest.mark.skipif(
    shutil.which(os.environ.get("CXX", "g++")) is None, reason="no C++ compiler to compile with"
)
@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=pytest.mark.cuda)])
def test_the_compiled_module_trains_like_the_plain_one(device, tmp_path):
    if device == "cuda" and not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    plain = train(tmp_path / "plain", device)
    compiled = train(tmp_path / "compiled", device, "--compile")
    assert compiled.keys() == plain.keys()
    for name, tensor in plain.items():
        np.testing.assert_allclose(compiled[name], tensor, rtol=1e-10, atol=1e-12, err_msg=name)


def test_a_missing_compiler_is_told(monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler")
    model = make_model(Configuration(hidden=(3,)), 2, 2, torch.device("cpu"))
    with pytest.raises(UserError, match="--compile: needs the C\\+\\+ compiler no-such-compiler"):
        compile_model(model, torch.device("cpu"))
