"""Where in another process's memory something lies."""

import re

LARGEST = 1 << 30
HEAD = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (....) \S+ \S+ \S+ *(.*)")


class Mapping:
    def __init__(self, m):
        self.start, self.end = int(m[1], 16), int(m[2], 16)
        self.mode, self.name = m[3], m[4]
        self.flags = ()

    def is_locked(self):
        """Neither swapped out nor in a core."""
        return "lo" in self.flags and "dd" in self.flags

    def is_shadow(self):
        """A sanitizer's, under which mlock does nothing."""
        return self.end - self.start > LARGEST

    def __repr__(self):
        return f"{self.start:x}-{self.end:x} {self.mode} {self.name} {self.flags}"


def mappings(pid):
    found = []
    with open(f"/proc/{pid}/smaps") as f:
        for line in f:
            if m := HEAD.match(line):
                found.append(Mapping(m))
            elif line.startswith("VmFlags:"):
                found[-1].flags = line.split()[1:]
    return found


class Image:
    """The memory of a process as it is now."""

    def __init__(self, pid):
        self.parts = []
        self.sanitized = False
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
            for mapping in mappings(pid):
                self.sanitized = self.sanitized or mapping.is_shadow()
                if "r" in mapping.mode and not mapping.is_shadow():
                    self.add(memory, mapping)

    def add(self, memory, mapping):
        try:
            memory.seek(mapping.start)
            data = memory.read(mapping.end - mapping.start)
        except (OSError, OverflowError):
            return
        self.parts.append((mapping, data))

    def find(self, needle):
        """The mappings that hold it, one for each place."""
        return [m for m, data in self.parts for _ in range(data.count(needle))]
