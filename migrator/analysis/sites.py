"""Sites: the runs of sessions that the program spells."""

from __future__ import annotations

import ast

from migrator.analysis.facts import SiteFact
from migrator.analysis.state import Method
from migrator.analysis.symbol_calls import SymbolCalls
from migrator.analysis.values import Py, Sess, Value, Var


class Sites(SymbolCalls):
    """Evaluates runs of sessions."""

    def site(self, node: ast.Call, method: Method) -> Value:
        """Record a site and evaluate what it fetches and is fed."""
        names = (
            ("fetches", "feed_dict", "options", "run_metadata")
            if isinstance(method.owner, Sess)
            else ("session",)
            if isinstance(method.owner, Var)
            else ("feed_dict", "session")
        )
        given = dict(zip(names, node.args, strict=False))
        given.update({k.arg: k.value for k in node.keywords if k.arg})
        for expr in given.values():
            self.eval(expr)
        fetch = given.get("fetches") if isinstance(method.owner, Sess) else node.func.value  # type: ignore[attr-defined]
        if fetch is None or any(isinstance(a, ast.Starred) for a in node.args) or any(not k.arg for k in node.keywords):
            self.facts.trouble(node, self.module, "a run whose arguments are not written out")
            return Py(tag="run")
        session = method.owner if isinstance(method.owner, Sess) else None
        if session is None:
            known = self.facts.latest.get(given["session"]) if "session" in given else None
            session = known if isinstance(known, Sess) else self.default_session()
        holder = self.class_around(node)
        if holder is not None:
            self.facts.trouble(node, self.module, f"sessions run by a class (`{holder.name}`) are not converted yet")
        if self.helper:
            self.facts.trouble(node, self.module, "a site in a function that also builds graph for its callers")
        self.facts.site(
            SiteFact(
                node, self.module, "run" if isinstance(method.owner, Sess) else (
                    "eval" if method.name == "eval" else "op_run"), session, fetch, given.get("feed_dict"),
                "options" in given or "run_metadata" in given, self.stmt_of(node),
                self.loops > 0, 0,
            )
        )  # fmt: skip
        return Py(tag="run")

    def class_around(self, node: ast.AST) -> ast.ClassDef | None:
        """Return the class whose method a node is in."""
        at = self.module.parents.get(node)
        while at is not None and not isinstance(at, ast.ClassDef):
            at = self.module.parents.get(at)
        return at
