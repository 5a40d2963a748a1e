#!/usr/bin/env python3
"""Maintenance of a Redis cache; REDIS_HOST, REDIS_PORT and REDISCLI_AUTH say which.

usage: redis-cache.py ping | stats
       redis-cache.py expire PREFIX SECONDS RECORD     gives keys without an end one; RECORD is an artifact
       redis-cache.py persist RECORD                   takes that back
       redis-cache.py configure RECORD NAME VALUE …    sets parameters; RECORD gets the values before
       redis-cache.py restore RECORD                   takes that back
       redis-cache.py tidy RATIO                       releases memory, and defragments above RATIO
       redis-cache.py shrink PREFIX LIMIT PERCENT      deletes the least used keys while more than LIMIT bytes are used
"""

import json
import os
import socket
import sys
from pathlib import Path


class RedisError(Exception):
    pass


class Redis:
    """A connection that speaks RESP 2."""

    def __init__(self) -> None:
        host, port = os.environ.get("REDIS_HOST") or "localhost", int(os.environ.get("REDIS_PORT") or 6379)
        try:
            self.socket = socket.create_connection((host, port), timeout=10)
        except OSError as error:
            sys.exit(f"cannot reach the cache at {host}:{port}: {error}")
        self.input = self.socket.makefile("rb")
        if password := os.environ.get("REDISCLI_AUTH"):
            self("AUTH", password)

    def __call__(self, *words: object):
        parts = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        request = b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
        self.socket.sendall(b"*%d\r\n%s" % (len(parts), request))
        return self.answer()

    def answer(self):
        line = self.input.readline()
        if not line.endswith(b"\r\n"):
            raise RedisError("the connection was closed")
        kind, text = line[:1], line[1:-2]
        if kind == b"+":
            return text.decode()
        if kind == b"-":
            raise RedisError(text.decode())
        if kind == b":":
            return int(text)
        size = int(text)
        if size < 0:
            return None
        if kind == b"$":
            return self.input.read(size + 2)[:-2]
        return [self.answer() for _ in range(size)]

    def info(self, section: str) -> dict[str, str]:
        lines = self("INFO", section).decode().splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)

    def keys(self, prefix: str):
        """Keys with a prefix, without blocking the server as KEYS does; one may come twice."""
        pattern = "".join("\\" + character if character in "*?[]\\" else character for character in prefix) + "*"
        cursor = b"0"
        while True:
            cursor, keys = self("SCAN", cursor, "MATCH", pattern, "COUNT", 1000)
            yield from keys
            if cursor == b"0":
                return


def output(**values: object) -> None:
    with open(os.environ["BELAY_OUTPUT"], "a", encoding="utf-8") as file:
        for name, value in values.items():
            print(json.dumps({name: value}), file=file)


def artifact(name: str) -> Path:
    return Path(os.environ["BELAY_ARTIFACTS"], name)


def write_durably(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def stats(redis: Redis) -> None:
    memory, counts = redis.info("memory"), redis.info("stats")
    hits, misses = int(counts["keyspace_hits"]), int(counts["keyspace_misses"])
    asked = hits + misses
    used, ratio = int(memory["used_memory"]), float(memory["mem_fragmentation_ratio"])
    rate = round(100 * hits / asked, 1) if asked else 100.0
    print(f"{used} bytes used, fragmentation {ratio}, {redis('DBSIZE')} keys, {rate} % of {asked} reads were hits")
    output(used=used, fragmentation=ratio, keys=redis("DBSIZE"), hit_rate=rate)


def expire(redis: Redis, prefix: str, seconds: str, record: str) -> None:
    path = artifact(record)
    earlier = json.loads(path.read_text("utf-8")) if path.exists() else []
    endless = [key for key in dict.fromkeys(redis.keys(prefix)) if redis("TTL", key) == -1]
    write_durably(path, json.dumps(list(dict.fromkeys(earlier + [key.hex() for key in endless]))))
    for key in endless:
        redis("EXPIRE", key, seconds)
    print(f"{len(endless)} keys had no end")
    output(count=len(endless))


def persist(redis: Redis, record: str) -> None:
    path = artifact(record)
    for key in json.loads(path.read_text("utf-8")) if path.exists() else []:
        redis("PERSIST", bytes.fromhex(key))


def configure(redis: Redis, record: str, *pairs: str) -> None:
    path = artifact(record)
    wanted = {name: value for name, value in zip(pairs[::2], pairs[1::2]) if value}
    if not path.exists():
        before = {name: redis("CONFIG", "GET", name)[1].decode() for name in wanted}
        write_durably(path, json.dumps(before))
    for name, value in wanted.items():
        redis("CONFIG", "SET", name, value)
        print(f"{name} = {value}")


def restore(redis: Redis, record: str) -> None:
    path = artifact(record)
    for name, value in json.loads(path.read_text("utf-8")).items() if path.exists() else []:
        redis("CONFIG", "SET", name, value)
        print(f"{name} = {value} again")


def tidy(redis: Redis, ratio: str) -> None:
    redis("MEMORY", "PURGE")
    memory = redis.info("memory")
    # The ratio says little while hardly anything is stored.
    if float(memory["mem_fragmentation_ratio"]) <= float(ratio) or int(memory["used_memory"]) < 64 << 20:
        return
    try:
        redis("CONFIG", "SET", "activedefrag", "yes")
        print("defragmentation is on")
    except RedisError as error:
        print(f"this server cannot defragment: {error}")


def shrink(redis: Redis, prefix: str, limit: str, percent: str) -> None:
    used = int(redis.info("memory")["used_memory"])
    removed = 0
    if used > int(limit):
        idle = []
        for key in dict.fromkeys(redis.keys(prefix)):
            try:
                seconds = redis("OBJECT", "IDLETIME", key)
            except RedisError:  # with an LFU policy there is a frequency instead
                seconds = -redis("OBJECT", "FREQ", key)
            if seconds is not None:
                idle.append((seconds, key))
        idle.sort(reverse=True)
        for _, key in idle[: len(idle) * int(percent) // 100]:
            removed += redis("UNLINK", key)
    print(f"{used} bytes were used, {limit} are allowed; {removed} keys were deleted")
    output(count=removed)


def main() -> int:
    actions = {
        "ping": lambda redis: redis("PING"),
        "stats": stats,
        "expire": expire,
        "persist": persist,
        "configure": configure,
        "restore": restore,
        "tidy": tidy,
        "shrink": shrink,
    }
    action, *arguments = sys.argv[1:]
    try:
        actions[action](Redis(), *arguments)
    except RedisError as error:
        sys.exit(f"the cache refused: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
