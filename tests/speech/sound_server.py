"""Private PulseAudio server with a microphone that captures what is played to it, without hardware."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

MICROPHONE = "test_microphone"
LOUDSPEAKER = "test_loudspeaker"
PATIENCE = 30.0


class SoundServer:
    """Runs from ``start`` to ``stop``. ``environ``: the environment of programs that are to use it."""

    def __init__(self):
        # Not pytest's tmp_path: the name of a socket may have 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="sound-"))
        self.folder.chmod(0o700)
        socket = self.folder / "native"
        # The user's own configuration of ALSA or PulseAudio must not matter, nor a server that already runs.
        self.environ = {
            name: value for name, value in os.environ.items() if not name.startswith(("PULSE", "PIPEWIRE", "ALSA"))
        } | {
            "HOME": str(self.folder),
            "XDG_RUNTIME_DIR": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder),
            "PULSE_RUNTIME_PATH": str(self.folder),
            "PULSE_SERVER": f"unix:{socket}",
        }
        # Sound that comes late is sound with gaps; only root may ask to be served first.
        first = ["nice", "-n", "-10"] if os.geteuid() == 0 else []
        modules = [
            f"module-null-sink sink_name={LOUDSPEAKER} rate=16000 channels=1 format=s16le",
            f"module-remap-source source_name={MICROPHONE} master={LOUDSPEAKER}.monitor",
            f"module-native-protocol-unix auth-anonymous=1 socket={socket}",
        ]
        options = ["-n", "--daemonize=no", "--system=false", "--exit-idle-time=-1", "--disable-shm=true"]
        options += ["--use-pid-file=no", *(part for module in modules for part in ("-L", module))]
        self._log = (self.folder / "log").open("wb")
        self._command = [*first, "pulseaudio", *options]
        self._keep_alive = None
        self._run()

    def _run(self):
        self.server = subprocess.Popen(self._command, env=self.environ, stdout=self._log, stderr=self._log)

    def start(self):
        """Wait until it answers, and until the microphone delivers: without a listener it falls asleep, and wakes up
        only after two seconds.
        """
        ready = ["sh", "-c", "until pactl info; do kill -0 $0 || exit 1; done", str(self.server.pid)]
        done = subprocess.run(ready, env=self.environ, capture_output=True, timeout=PATIENCE, check=False)
        assert done.returncode == 0, (self.folder / "log").read_text(errors="replace")
        subprocess.run(["pactl", "set-default-source", MICROPHONE], env=self.environ, check=True, timeout=PATIENCE)
        self._keep_alive = subprocess.Popen(
            ["parec", "--raw", "--format=s16le", "--rate=16000", "--channels=1", "--latency-msec=20"],
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._keep_alive.stdout.read(640)
        drain = "import sys\nwhile sys.stdin.buffer.read(65536): pass"
        self._drain = subprocess.Popen(["python3", "-c", drain], stdin=self._keep_alive.stdout)
        return self

    def kill(self):
        """As a crash of the sound server."""
        self.server.kill()
        self.server.wait()

    def restart(self):
        """After ``kill``: wait until it is there again."""
        self._end_keep_alive()
        self._run()
        self.start()

    def stop(self):
        """Nothing stays behind."""
        self.kill()
        self._end_keep_alive()
        self._log.close()
        shutil.rmtree(self.folder)

    def _end_keep_alive(self):
        if self._keep_alive is not None:
            self._keep_alive.kill()
            self._keep_alive.wait()
            self._keep_alive.stdout.close()
            self._drain.wait()
