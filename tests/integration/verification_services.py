"""The services that a contract's source is shown to: Etherscan's API, version 2, and Sourcify's.

This process plays them. They compile what they are sent, with the compiler and nothing else, and
answer by whether that is the code on chain.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.answering import answering
from tests.command import BINARIES, CHECKOUT, PATIENCE

# No way to read a file: what the input does not carry is missing. One output is enough.
COMPILE = """
import { readFileSync } from "node:fs";
import solc from "solc";
const [source, name] = process.argv.slice(-2);
const input = JSON.parse(readFileSync(0, "utf8"));
input.settings.outputSelection = { [source]: { [name]: ["evm.deployedBytecode.object"] } };
const output = solc.compile(JSON.stringify(input));
process.stdout.write(output.slice(output.indexOf("{")));
"""


@cache
def compiled(standard_input: str, identifier: str) -> str:
    """Return the runtime code of one contract of an input."""
    source, _, name = identifier.rpartition(":")
    run = subprocess.run(
        [BINARIES / "node", "--input-type=module", "--eval", COMPILE, source, name],
        cwd=CHECKOUT,
        input=standard_input,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=True,
    )
    output = json.loads(run.stdout)
    assert output.get("errors", []) == []
    code: str = output["contracts"][source][name]["evm"]["deployedBytecode"]["object"]
    return "0x" + code


@dataclass
class Services:
    """Etherscan's API, version 2, and Sourcify's, as far as a verification asks them.

    Attributes:
        chain_id: The chain that they are asked about.
        codes: The code at each address, in lower case.
        verified: What was verified, by service and address.
        submissions: Every input that was sent.
        versions: Every compiler that was named.
        pending: How often a job's state is asked for before there is an answer.
    """

    chain_id: int
    codes: dict[str, str]
    verified: set[tuple[str, str]] = field(default_factory=set)
    submissions: list[Any] = field(default_factory=list)
    versions: set[str] = field(default_factory=set)
    pending: int = 0

    def answer(self, path: str, query: dict[str, str], body: bytes) -> tuple[int, Any]:
        """Return the status and the document that answer a request."""
        if path == "/etherscan":
            assert (query["apikey"], query["chainid"]) == ("secret", str(self.chain_id))
            assert query["module"] == "contract"
            return 200, self._etherscan(
                query, {k: v[0] for k, v in parse_qs(body.decode()).items()}
            )
        return self._sourcify(path.removeprefix("/sourcify/v2/").split("/"), body)

    def _etherscan(self, query: dict[str, str], form: dict[str, str]) -> Any:
        match query["action"]:
            case "getsourcecode":
                known = ("etherscan", query["address"].lower()) in self.verified
                return {"status": "1", "result": [{"SourceCode": "{}" if known else ""}]}
            case "verifysourcecode":
                assert form["codeformat"] == "solidity-standard-json-input"
                self._submit(
                    "etherscan",
                    form["contractaddress"],
                    json.loads(form["sourceCode"]),
                    form["contractname"],
                    form["compilerversion"],
                )
                return {"status": "1", "message": "OK", "result": form["contractaddress"]}
            case action:
                assert action == "checkverifystatus"
                good = ("etherscan", query["guid"].lower()) in self.verified
                result = "Pass - Verified" if good else "Fail - Unable to verify"
                return {"status": str(int(good)), "message": "OK", "result": result}

    def _sourcify(self, path: list[str], body: bytes) -> tuple[int, Any]:
        address = path[-1]
        good = ("sourcify", address.lower()) in self.verified
        state = {
            "match": "match" if good else None,
            "address": address,
            "chainId": str(self.chain_id),
        }
        if path[0] == "contract":
            return 200 if good else 404, state
        if body:
            given = json.loads(body)
            self._submit(
                "sourcify",
                address,
                given["stdJsonInput"],
                given["contractIdentifier"],
                given["compilerVersion"],
            )
            return 202, {"verificationId": address}
        self.pending -= 1
        problem = {} if good else {"error": {"message": "The bytecodes do not match."}}
        return 200, {"isJobCompleted": self.pending < 0, "contract": state, **problem}

    def _submit(
        self, service: str, address: str, given: Any, identifier: str, version: str
    ) -> None:
        self.submissions.append(given)
        self.versions.add(version)
        if compiled(json.dumps(given), identifier) == self.codes[address.lower()]:
            self.verified.add((service, address.lower()))


class BrokenServices(Services):
    """What stands before the services when they are down."""

    def answer(self, path: str, query: dict[str, str], body: bytes) -> tuple[int, Any]:
        """Answer as a proxy does."""
        return 502, b"<html>Bad Gateway</html>"


@contextmanager
def serving(services: Services) -> Iterator[str]:
    """Serve the services, and yield their URL."""

    def answer(path: str, given: bytes) -> tuple[int, bytes]:
        url = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        status, document = services.answer(url.path, query, given)
        return status, document if isinstance(document, bytes) else json.dumps(document).encode()

    with answering(answer) as url:
        yield url
