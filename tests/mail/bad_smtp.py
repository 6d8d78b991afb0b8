"""A mail server that behaves badly, in the clear on this machine.

Takes a file and a mode. Without one the file is made, with the port that was found free; with one, that port is
used again, so that another mode can follow at the same address. Prints the port when it listens. What it took is
in FOLDER, one file each.

  ok                    takes everything
  slow                  the same, N seconds late with every answer
  hang                  never says a word
  drop-after-data       is gone in the middle of DATA, and has taken nothing
  timeout-after-accept  has taken the mail, and then never says so
  421                   has no time, from the first word on
  451                   refuses after DATA, K times in all; then takes everything
  550                   knows nobody
"""

import argparse
import contextlib
import socket
import socketserver
import threading
import time
from pathlib import Path

MODES = ["ok", "slow", "hang", "drop-after-data", "timeout-after-accept", "421", "451", "550"]


class Server(socketserver.ThreadingTCPServer):
    """The server. `taken` holds what it took, as (recipients, octets)."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, mode="ok", port=0, folder=None, seconds=3.0, refusals=2):
        super().__init__(("127.0.0.1", port), Conversation)
        self.mode = mode
        self.folder = folder and Path(folder)
        self.seconds = seconds
        self.refusals = refusals
        self.taken = []
        self.tries = 0
        self.open = []
        self.lock = threading.Lock()

    @property
    def port(self):
        return self.server_address[1]

    def start(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def stop(self):
        self.shutdown()
        self.server_close()

    def turn(self, mode):
        """Behaves otherwise from now on, and hangs up on everybody."""
        self.mode = mode
        for connection in self.open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def take(self, recipients, octets):
        with self.lock:
            self.taken.append((recipients, octets))
            if self.folder:
                partly = self.folder / "partly"
                partly.write_bytes(octets)
                partly.rename(self.folder / f"{len(self.taken):03}.eml")

    def handle_error(self, request, client_address):
        """A client that went away is no news."""


class Conversation(socketserver.StreamRequestHandler):
    def say(self, line):
        if self.server.mode == "slow":
            time.sleep(self.server.seconds)
        self.wfile.write(line.encode() + b"\r\n")

    def silence(self):
        """Until one of both has had enough."""
        while self.rfile.readline():
            pass

    def handle(self):
        server = self.server
        with server.lock:
            server.open.append(self.connection)
        if server.mode == "hang":
            return self.silence()
        if server.mode == "421":
            return self.say("421 4.3.2 no time")
        self.say("220 bad.example.test ESMTP")
        recipients = []
        while line := self.rfile.readline():
            verb = line.decode(errors="replace").strip().upper()
            if verb.startswith("EHLO"):
                self.say("250-bad.example.test")
                self.say("250 8BITMIME")
            elif verb.startswith("RCPT"):
                if server.mode == "550":
                    with server.lock:
                        server.tries += 1
                    self.say("550 5.1.1 nobody of that name")
                else:
                    recipients.append(line.decode().split("<", 1)[1].split(">", 1)[0])
                    self.say("250 2.1.5 ok")
            elif verb == "DATA":
                if not recipients:
                    self.say("503 5.5.1 to whom?")
                elif not self.data(recipients):
                    return None
                recipients = []
            elif verb == "QUIT":
                return self.say("221 2.0.0 bye")
            else:
                if verb == "RSET":
                    recipients = []
                self.say("250 2.0.0 ok")
        return None

    def data(self, recipients):
        """Whether the conversation goes on."""
        server = self.server
        with server.lock:
            server.tries += 1
        self.say("354 go ahead")
        octets = bytearray()
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False
            octets += line[1:] if line.startswith(b".") else line
            if server.mode == "drop-after-data":
                return False
        if server.mode == "451":
            with server.lock:
                server.refusals -= 1
                refuse = server.refusals >= 0
            if refuse:
                self.say("451 4.3.0 not now")
                return True
        server.take(recipients, bytes(octets))
        if server.mode == "timeout-after-accept":
            self.silence()
            return False
        self.say("250 2.0.0 taken")
        return True


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="A mail server that behaves badly.")
    arguments.add_argument("port_file", type=Path)
    arguments.add_argument("mode", choices=MODES)
    arguments.add_argument("--folder", type=Path, default=Path("."))
    arguments.add_argument("--seconds", type=float, default=3.0, metavar="N")
    arguments.add_argument("--refusals", type=int, default=2, metavar="K")
    said = arguments.parse_args()
    known = said.port_file.read_text().strip() if said.port_file.exists() else ""
    server = Server(said.mode, int(known or 0), said.folder, said.seconds, said.refusals)
    if not known:
        partly = said.port_file.with_suffix(".partly")
        partly.write_text(f"{server.port}\n")
        partly.rename(said.port_file)
    print(server.port, flush=True)
    server.serve_forever()
