# SPDX-License-Identifier: Apache-2.0

# A Jupyter kernel and its client, which talk over six sockets.

import zmq
from jupyter_client.manager import start_new_kernel

manager, client = start_new_kernel(kernel_name="python3")
try:
    said = []

    def note(message):
        if message["msg_type"] == "stream":
            said.append(message["content"]["text"])

    reply = client.execute_interactive(
        "import zmq; print(6 * 7, zmq.zmq_version())", timeout=60, output_hook=note
    )
    assert reply["content"]["status"] == "ok", reply
    assert "".join(said).split() == ["42", zmq.zmq_version()], said
    print(zmq.zmq_version(), "as expected", flush=True)
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=False)
