"""A module that stands in for sounddevice: devices as described, and blocks captured when the test says so."""

import types


class PortAudioError(Exception):
    pass


class Overflow:
    """The callback's status."""

    def __init__(self, input_overflow=False):
        self.input_overflow = input_overflow


class RawInputStream:
    opened = None

    def __init__(self, **options):
        self.options = options
        self.running = False
        self.closed = False
        RawInputStream.opened = self

    def start(self):
        self.running = True

    def close(self):
        assert not self.closed
        self.running = False
        self.closed = True
        self.options["finished_callback"]()

    def capture(self, block, overflow=False):
        """As PortAudio's thread calls; the buffer is PortAudio's, gone after the call."""
        buffer = bytearray(block)
        self.options["callback"](memoryview(buffer), len(block) // 2, None, Overflow(overflow))
        buffer[:] = bytes(len(buffer))

    def lose_device(self):
        self.options["finished_callback"]()


def device(name, channels=1, rate=44100.0, accepts=None):
    """``accepts``: the (rate, channels) it can be opened with; None for all."""
    return {"name": name, "max_input_channels": channels, "default_samplerate": rate, "accepts": accepts}


def toy_sounddevice(*devices, default=0):
    """The module."""
    module = types.ModuleType("sounddevice")
    module.PortAudioError = PortAudioError
    module.RawInputStream = RawInputStream
    listed = [about | {"index": index} for index, about in enumerate(devices)]
    module.default = types.SimpleNamespace(device=[default if devices else -1, -1])

    def query_devices(wanted=None, kind=None):
        if kind is None:
            return listed
        if wanted is None:
            wanted = module.default.device[0]
        if isinstance(wanted, str):
            found = [about for about in listed if wanted in about["name"]]
            if len(found) > 1:
                raise ValueError(f"Multiple input devices found for {wanted!r}:\n...")
            if not found:
                raise ValueError(f"No input device matching {wanted!r}")
            return found[0]
        if not 0 <= wanted < len(listed):
            raise PortAudioError(f"Error querying device {wanted}")
        return listed[wanted]

    def check_input_settings(device, channels, dtype, samplerate):
        accepts = listed[device]["accepts"]
        if accepts is not None and (samplerate, channels) not in accepts:
            raise PortAudioError("Invalid sample rate [PaErrorCode -9997]")

    module.query_devices = query_devices
    module.check_input_settings = check_input_settings
    return module
