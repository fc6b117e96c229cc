"""Adam as torch has it, without torch's compiler."""

from inspect import unwrap

import torch
from torch.optim import Adam as TorchAdam


class Adam(TorchAdam):
    """torch's Adam, whose methods do not import torch's compiler.

    torch wraps these methods to keep its compiler away from them, and the wrappers import it. That
    takes more CPU time than importing torch itself; nothing is compiled here.
    """

    add_param_group = unwrap(TorchAdam.add_param_group)
    load_state_dict = unwrap(TorchAdam.load_state_dict)
    state_dict = unwrap(TorchAdam.state_dict)
    step = torch.no_grad()(unwrap(TorchAdam.step))
    zero_grad = unwrap(TorchAdam.zero_grad)
