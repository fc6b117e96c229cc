"""`python` of the tests' workflows: asks the server of `forks.py` for what that has prepared."""

import json
import os
import socket
import sys

# names


def main():
    """Run a module in a fork of the server, anything else in a python of its own."""
    flag, module, *arguments = (*sys.argv[1:], "", "")
    if flag != "-m" or module not in PREPARED:  # noqa: F821
        os.execv(PYTHON, [PYTHON, *sys.argv[1:]])  # noqa: F821
    here = os.getcwd()  # noqa: PTH109
    request = [module, arguments[:-2], here, dict(os.environ), os.getpgid(0)]
    text = json.dumps(request).encode()
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(ADDRESS)  # noqa: F821
        socket.send_fds(server, [len(text).to_bytes(8, "big")], [0, 1, 2])
        server.sendall(text)
        status = server.recv(1)
    sys.exit(status[0] if status else 137)  # a killed job has none


main()
