"""Where in another process's memory something lies."""

import re

HEAD = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (....) \S+ \S+ \S+ *(.*)")


class Mapping:
    def __init__(self, m):
        self.start, self.end = int(m[1], 16), int(m[2], 16)
        self.mode, self.name = m[3], m[4]
        self.flags = ()

    def is_locked(self):
        """Neither swapped out nor in a core."""
        return "lo" in self.flags and "dd" in self.flags

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


def find(pid, needle):
    """The mappings that hold it, one for each place."""
    found = []
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for mapping in mappings(pid):
            if "r" not in mapping.mode or mapping.name in ("[vvar]", "[vsyscall]"):
                continue
            memory.seek(mapping.start)
            try:
                data = memory.read(mapping.end - mapping.start)
            except OSError:
                continue
            found += [mapping] * data.count(needle)
    return found
