"""The one error tree.

    MotcuaError
    ├── SetupError          the machine or its configuration: says what, where, and what to do
    │   ├── SettingsError   a configuration file does not say what it must
    │   ├── LockedError     another process owns this data folder
    │   └── SupersededError another hub has taken this one's place
    ├── StorageError        the journal could not keep what it was given
    │   ├── StorageFull     no room; goes away when there is room
    │   └── StorageDamaged  the file is not what was written
    └── DeviceError         a printer, scanner or loudspeaker did not do its work

Everything else that is raised is a bug. A wish that the rules do not allow is not an error
but a value: `hub.engine.decide.Refusal`.
"""


class MotcuaError(Exception):
    """Something outside the program went wrong; the text is fit for an operator to read."""


class SetupError(MotcuaError):
    """The machine or its configuration is not as the program needs it."""


class SettingsError(SetupError):
    """A configuration file does not say what it must; the text names file, place and remedy."""


class LockedError(SetupError):
    """Another process owns this data folder."""


class SupersededError(SetupError):
    """Another hub has taken this one's place, and serves under a higher generation."""


class StorageError(MotcuaError):
    """The journal could not keep what it was given; nothing of the batch was kept."""


class StorageFull(StorageError):
    """There is no room for more; it recovers by itself when there is."""


class StorageDamaged(StorageError):
    """The file on disk is not what was written to it."""


class DeviceError(MotcuaError):
    """A device did not do its work."""
