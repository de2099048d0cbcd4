"""A process that has imported everything `folk` may import, and that forks one `folk` for each request.

Importing takes most of a short command's time: five to seven seconds with TensorFlow, half a second without. A forked
command is a process of its own, with its own folder and streams, and starts TensorFlow's runtime itself.

A request comes over the socket whose file descriptor is the only argument: the folder and the words as JSON, with the
file descriptors of stdin, stdout and stderr and of a socket for the reply. The reply is the process's ID, then
its return code.
"""

import atexit
import importlib
import json
import os
import signal
import socket
import sys

import numpy as np

REQUEST_BYTES = 1 << 16


def serve(requests: socket.socket) -> list[str]:
    """Fork for each request; return, in the forked process alone, the words that `folk` got."""
    while True:
        message, streams, _, _ = socket.recv_fds(requests, REQUEST_BYTES, 4)
        if not message:
            sys.exit()
        if os.fork() == 0:  # waits for the command, so that commands can run beside each other
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            command = os.fork()
            if command == 0:
                requests.close()
                for number, stream in enumerate(streams[:3]):
                    os.dup2(stream, number)
                for stream in streams:
                    os.close(stream)
                folder, words = json.loads(message)
                os.chdir(folder)
                return words
            reply = socket.socket(fileno=streams[3])
            reply.sendall(f"{command}\n".encode())
            status = os.waitstatus_to_exitcode(os.waitpid(command, 0)[1])
            reply.sendall(f"{status}\n".encode())
            os._exit(0)
        for stream in streams:
            os.close(stream)


if __name__ == "__main__":
    from folkkeras_cli.exit_codes import run
    from folkkeras_cli.tensorflow_startup import start_tensorflow

    start_tensorflow(running=False)
    for module in ("folkkeras.training.train", "folkkeras.evaluation.evaluate", "tensorboard.summary.v2"):
        importlib.import_module(module)
    from folkkeras.features.compiled import features_of_text  # compiled, or loaded, when it is first called

    features_of_text(np.zeros(1, np.int32), np.zeros(1, np.int32))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # leaves no zombies
    requests = socket.socket(fileno=int(sys.argv[1]))
    requests.sendall(b"ready")
    sys.argv = ["folk", *serve(requests)]
    try:
        run()
    except SystemExit as end:  # ended without destroying each imported object, which takes a quarter of a second
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code)
