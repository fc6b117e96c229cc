"""One place decides the device: it is there, it is named, and it computes as the options say."""

import logging
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from pspflow.errors import InputError
from pspflow.mechanics import effective_stiffness, stiffness_and_strain, strain_field
from pspflow.training import devices
from pspflow.training.cards import claimed
from pspflow.training.devices import (
    chosen_device,
    mixed_precision,
    recorded,
    usable_device,
    using,
)


@pytest.fixture
def gpus(monkeypatch, tmp_path):
    """Return a function that lets torch find so many GPUs; it returns which becomes the current."""
    current = []

    def properties(device):
        place = torch.device("cuda", device) if isinstance(device, int) else device
        return SimpleNamespace(name="Card", total_memory=80e9, uuid=f"uuid-{place.index}")

    def found(count):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
        return current

    monkeypatch.setattr(torch.cuda, "get_device_properties", properties)
    monkeypatch.setattr(torch.cuda, "set_device", current.append)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    before = torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32
    yield found
    torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32 = before


@pytest.mark.parametrize("device", ["cuda", "cuda:0", "cuda:7", torch.device("cuda")])
def test_a_gpu_that_is_not_there_is_refused(gpus, device):
    """Without CUDA torch itself raises an AssertionError."""
    gpus(0)
    with pytest.raises(ValueError, match=f"device is '{device}', but torch finds no GPU.*'cpu'"):
        usable_device(device)


@pytest.mark.parametrize(
    "device", ["gpu", "GPU", "CUDA", "cuda: 0", "cuda:x", "", "mps", "meta", "cuda:256"]
)
@pytest.mark.parametrize("count", [0, 1])
def test_a_device_that_is_misspelt_is_refused(gpus, device, count):
    """Nor is one on which the solver's double precision does not run, nor what torch misreads."""
    gpus(count)
    with pytest.raises(ValueError, match=f"device is '{device}', on which nothing.*'cpu', 'cuda'"):
        usable_device(device)


def test_a_device_that_is_no_name_is_refused(gpus):
    """None is no device."""
    gpus(1)
    with pytest.raises(ValueError, match="device is 'None'"):
        usable_device(None)


@pytest.mark.parametrize("name", ["cuda:2", "cuda:7", torch.device("cuda", 2)])
def test_a_number_beyond_the_last_gpu_is_refused(gpus, name):
    """A job of a scheduler sees its own card alone, whichever number that has on the node."""
    gpus(2)
    with pytest.raises(ValueError, match=f"'{name}', but the last GPU .* is 'cuda:1'.*'cuda'"):
        usable_device(name)


@pytest.mark.parametrize(
    ("built", "visible", "helps"),
    [
        (None, "0", r"install a torch that is built for CUDA where there is one\.$"),
        ("13.0", None, r"run it where there is one, in a job that asks for a GPU\.$"),
        ("13.0", "", r"in a job that asks for a GPU \(CUDA_VISIBLE_DEVICES is ''\)\.$"),
        ("13.0", "-1", r"in a job that asks for a GPU \(CUDA_VISIBLE_DEVICES is '-1'\)\.$"),
    ],
)
def test_it_is_said_what_hides_the_gpu(gpus, monkeypatch, built, visible, helps):
    """Nobody who has the right torch installs another, since the job was given no card."""
    gpus(0)
    monkeypatch.setattr(torch.version, "cuda", built)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    with pytest.raises(InputError, match=helps):
        usable_device("cuda")


@pytest.mark.parametrize("device", ["cpu", "cuda", "cuda:0", "cuda:1", torch.device("cuda", 1)])
def test_what_is_there_is_used(gpus, device):
    """As torch names it."""
    gpus(2)
    assert usable_device(device) == torch.device(device)


@pytest.mark.parametrize("solve", [effective_stiffness, strain_field, stiffness_and_strain])
@pytest.mark.parametrize("device", ["cuda", "gpu"])
def test_every_function_that_takes_a_device_checks_it(gpus, solve, device):
    """One sentence, before anything is computed."""
    gpus(0)
    given = {"macro_strain": [1e-3, 0, 0, 0, 0, 0]} if solve is strain_field else {}
    with pytest.raises(ValueError, match=f"device is '{device}'"):
        solve(np.zeros((2, 2, 2), int), [120.0], [0.3], device=device, **given)


def test_auto_is_a_gpu_where_there_is_one(gpus):
    """Else the CPU; a name is that of one device, everywhere."""
    gpus(0)
    assert chosen_device() == chosen_device("auto") == chosen_device("cpu") == torch.device("cpu")
    with pytest.raises(InputError, match="torch finds no GPU"):
        chosen_device("cuda")
    gpus(2)
    assert chosen_device() == torch.device("cuda")
    assert chosen_device("cuda:1") == torch.device("cuda", 1)


@pytest.mark.parametrize(("threads", "said"), [(1, "CPU, 1 thread"), (2, "CPU, 2 threads")])
def test_a_machine_without_gpu_is_left_alone(gpus, tmp_path, caplog, threads, said):
    """The log names the CPU; nothing is locked, and no switch of torch is moved."""
    caplog.set_level(logging.INFO)
    gpus(0)
    torch.backends.cudnn.allow_tf32 = True
    with using("auto", threads, claim=True) as device:
        assert device == torch.device("cpu")
        assert recorded(device) == "cpu"
    assert caplog.messages == [f"Device: {said}"]
    assert torch.backends.cudnn.allow_tf32
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wanted", ["auto", "cuda"])
def test_a_stage_gets_a_card_of_its_own(gpus, caplog, wanted):
    """The first one that is free; it becomes the current one, so that nothing lands elsewhere."""
    caplog.set_level(logging.INFO)
    current = gpus(2)
    with using(wanted, claim=True) as one, using(wanted, claim=True) as other:
        assert (one, other) == (torch.device("cuda", 0), torch.device("cuda", 1))
        assert current == [one, other]
        assert recorded(other) == "cuda, Card"
    with using(wanted, claim=True) as again:
        assert again == one
    assert caplog.messages[0].startswith("Device: Card (cuda:0), 80 GB")


def test_a_card_that_is_named_is_taken_without_asking(gpus):
    """And a tool, which claims none, takes the first; neither waits for a training."""
    gpus(2)
    with using("auto", claim=True), using("cuda:0", claim=True) as named, using("auto") as tool:
        assert named == tool == torch.device("cuda", 0)
    with using("cuda:1", claim=True) as named, using("cuda", claim=True) as first:
        assert (named, first) == (torch.device("cuda", 1), torch.device("cuda", 0))
        with using("auto", claim=True) as free:
            assert free == torch.device("cuda", 1)


@pytest.mark.parametrize(
    ("visible", "name"),
    [(None, "uuid-1"), ("2,3", "uuid-1"), ("MIG-a, MIG-b", "MIG-b"), ("GPU-x", "uuid-1")],
)
def test_a_card_has_one_name_in_all_processes(gpus, monkeypatch, visible, name):
    """That of the card itself, whichever number a process sees it under; of a part, the part's."""
    gpus(2)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    with claimed([devices._identity(0)]), using("auto", claim=True) as device:
        assert device == torch.device("cuda", 1)
    assert devices._identity(1) == name


def test_float32_is_float32(gpus):
    """No TF32 in convolutions, where it is torch's default; old and new switches agree."""
    gpus(1)
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = True
    with using("cuda"):
        assert not torch.backends.cudnn.allow_tf32
        assert not torch.backends.cuda.matmul.allow_tf32
        assert torch.get_float32_matmul_precision() == "highest"
        if hasattr(torch.backends.cudnn, "conv"):
            assert torch.backends.cudnn.conv.fp32_precision != "tf32"
            assert torch.backends.cuda.matmul.fp32_precision != "tf32"


@pytest.mark.parametrize("wanted", [False, True])
def test_bfloat16_is_of_a_gpu_and_where_it_is_wanted(wanted):
    """A CPU computes in float32 whatever the options allow."""
    numbers = torch.ones(2, 2)
    with mixed_precision(torch.device("cpu"), wanted):
        assert (numbers @ numbers).dtype == torch.float32
    if torch.cuda.is_available():
        with mixed_precision(torch.device("cuda"), wanted):
            product = numbers.cuda() @ numbers.cuda()
        assert product.dtype == (torch.bfloat16 if wanted else torch.float32)


def test_the_driver_is_named_where_the_machine_says_it(gpus, monkeypatch, tmp_path):
    """Both of its modules, the open one too."""
    gpus(1)
    version = tmp_path / "version"
    monkeypatch.setattr(devices, "DRIVER", version)
    assert "driver" not in devices._described(torch.device("cuda", 0))
    for line in (
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.65.06  Sun Jul 27 06:54:38 UTC 2025",
        "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build",
    ):
        version.write_text(line + "\nGCC version:  gcc version 12.3.0 (Ubuntu)\n")
        assert devices._described(torch.device("cuda", 0)).endswith(", 80 GB, driver 580.65.06")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_convolutions_on_a_card_are_those_of_the_cpu():
    """To the rounding of float32; with TF32 they differ in the third digit."""
    torch.manual_seed(0)
    images, weights = torch.randn(4, 32, 24, 24), torch.randn(32, 32, 3, 3)
    exact = torch.nn.functional.conv2d(images.double(), weights.double())
    with using("cuda", claim=True) as device:
        made = torch.nn.functional.conv2d(images.to(device), weights.to(device)).double().cpu()
        product = (images[0].to(device) @ images[1].to(device)).double().cpu()
        assert recorded(device) == f"cuda, {torch.cuda.get_device_name(device)}"
    assert (made - exact).abs().max() < 1e-5 * exact.abs().max()
    exact = images[0].double() @ images[1].double()
    assert (product - exact).abs().max() < 1e-5 * exact.abs().max()
