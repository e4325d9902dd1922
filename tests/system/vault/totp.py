"""One-time codes (RFC 4226, RFC 6238) and the device that makes them."""

import base64
import hashlib
import hmac
import os
import struct

STEP = 30


def hotp(seed, counter):
    mac = hmac.new(seed, struct.pack(">Q", counter), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7FFFFFFF) % 1000000:06d}"


class Device:
    """Each code is taken once, and with it no older one."""

    def __init__(self, serial):
        self.serial = serial
        self.seed = os.urandom(20)
        self.last = -1

    def base32(self):
        return base64.b32encode(self.seed).decode()

    def code(self, now, steps=0):
        return hotp(self.seed, int(now) // STEP + steps)

    def accept(self, code, now):
        for counter in range(int(now) // STEP - 1, int(now) // STEP + 2):
            if counter > self.last and hotp(self.seed, counter) == code:
                self.last = counter
                return True
        return False
