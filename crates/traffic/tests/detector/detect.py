"""Hold planned devices against what an independent detector makes of them.

usage: detect.py FILE

FILE has one JSON object a line: `ua`, `hints` (what is sent as `uadata`, or
null) and `planned`, an object of what is to be recognised. Every difference is
printed, one a line; nothing is printed where there is none.

The detector is device_detector (PyPI), a port of Matomo's own. Two things that
Matomo does and the port does not are done here:

- Matomo takes client hints as its tracker collects them. The port takes them
  as headers, so they are turned into headers.
- Matomo puts the model and the version of Android that hints tell into the
  user agent, and then looks for the device there. The port looks for the model
  in whatever brand comes first ("Pixel 6a" is a "6A" of Coolpad). So browser
  and system are read from user agent and hints, the device from a user agent
  restored in that way.
"""

import concurrent.futures
import functools
import json
import re
import sys

from device_detector import DeviceDetector

REDUCED = "Android 10; K"

KINDS = ("desktop", "smartphone", "phablet", "tablet", "tv", "console")

# What the detector knows better than people say: 5G, 10.4", (2023), WiFi.
DETAILS = r'( (4G|5G|WiFi|\d+(\.\d+)?"|\([^)]+\)))*$'


def headers(hints):
    versions = (f'"{entry["brand"]}";v="{entry["version"]}"' for entry in hints["fullVersionList"])
    return {
        "Sec-CH-UA-Full-Version-List": ", ".join(versions),
        "Sec-CH-UA-Mobile": "?1" if hints["mobile"] else "?0",
        "Sec-CH-UA-Model": f'"{hints["model"]}"',
        "Sec-CH-UA-Platform": f'"{hints["platform"]}"',
        "Sec-CH-UA-Platform-Version": f'"{hints["platformVersion"]}"',
    }


def restored(ua, hints):
    if not hints or not hints["model"]:
        return ua
    return ua.replace(REDUCED, f'Android {hints["platformVersion"]}; {hints["model"]}')


def first_two(version):
    """As many parts of a version as Matomo keeps."""
    return ".".join(version.split(".")[:2])


@functools.cache
def is_bot(ua):
    return DeviceDetector(ua, skip_device_detection=True, check_cache=False).parse().is_bot()


@functools.cache
def plain(ua):
    """Browser and system, as the user agent tells them."""
    return software(ua, None)


def software(ua, hints):
    found = DeviceDetector(ua, True, True, headers=hints, check_cache=False).parse()
    return {
        "browser": found.client_name(),
        "browser_version": first_two(found.client_version()),
        "system": found.os_name(),
        "system_version": first_two(found.os_version()),
    }


@functools.cache
def hardware(ua):
    """Kind, brand and model."""
    found = DeviceDetector(ua, skip_bot_detection=True, check_cache=False).parse()
    kind = str(found.device_type())
    # Whatever runs the system of a computer and is nothing else is one. The port leaves that to its users.
    if kind not in KINDS and found.os and found.os.is_desktop():
        kind = "desktop"
    return {
        # A phablet is a large phone.
        "type": kind.replace("phablet", "smartphone"),
        "brand": found.device_brand().replace("Unknown", ""),
        "model": re.sub(DETAILS, "", found.device_model()),
    }


def detect(ua, hints):
    found = told = plain(ua)
    if hints:
        found = software(ua, headers(hints))
        # Hints win; that they contradict the user agent would not be noticed.
        if told["browser"] != found["browser"] or major(told) != major(found):
            found["browser_version"] += f" (user agent: {told['browser']} {told['browser_version']})"
    return {"bot": is_bot(ua)} | found | hardware(restored(ua, hints))


def major(found):
    return found["browser_version"].split(".")[0]


def differences(numbered):
    number, line = numbered
    device = json.loads(line)
    hints = json.loads(device["hints"]) if device["hints"] else None
    found = detect(device["ua"], hints)
    return [
        f"line {number}: {key} is {found[key]!r}, planned {planned!r}: {device['ua']} {device['hints'] or ''}"
        for key, planned in device["planned"].items()
        if found[key] != planned
    ]


def main(path):
    with open(path, encoding="utf-8") as file:
        lines = list(enumerate(file, 1))
    # It tries thousands of patterns on each.
    with concurrent.futures.ProcessPoolExecutor() as processes:
        for different in processes.map(differences, lines, chunksize=40):
            for difference in different:
                print(difference)


if __name__ == "__main__":
    main(sys.argv[1])
