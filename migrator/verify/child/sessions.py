"""Recording sessions: the values of sites, the start values of variables, and their final values."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as plain_tf
from tensorflow.python.client import session as session_module
from tensorflow.python.framework import errors_impl as errors

from .draws import seed_value
from .log import MAX_CALLS, flatten
from .reach import Reaches, all_variables
from .sites import Entry
from .states import States, slot_facts, watch_slots

LIBRARY = ("client/session.py", "framework/ops.py", "framework/tensor.py", "ops/variables.py", "util/")
SAMPLE = 3000  # start values of a variable that are drawn to know their distribution
MAX_DRAWS = 100
Base = session_module.BaseSession
PLAIN_RUN = Base.run
PLAIN_INIT = Base.__init__
PLAIN_CLOSE = Base.close


class Recorder:
    """Patches sessions and writes the log.

    Args:
        log: the run's `Log`.
        own: the program's own files.
        config: of the job.
    """

    def __init__(self, log: Any, own: Any, config: dict[str, Any]) -> None:
        self.log = log
        self.own = own
        self.threads = config["threads"]
        self.by_run = config["stream"]
        self.sites: Any = None
        self._reaches: dict[Any, Reaches] = {}
        self._graphs: dict[Any, int] = {}
        self._variables: dict[Any, int] = {}
        self._written: dict[int, Any] = {}
        self.states = States(log) if config.get("steps") else None
        self._open: list[Any] = []
        self._drawing_runs = 0

    def install(self) -> None:
        """Patch the session class and the makers of optimizer slots."""
        recorder = self

        def init(session: Any, target: Any = "", graph: Any = None, config: Any = None) -> None:
            PLAIN_INIT(session, target, graph, config=recorder.session_config(config))
            recorder._open.append(session)

        def run(
            session: Any, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None
        ) -> Any:
            return recorder.run(session, fetches, feed_dict, options, run_metadata)

        def close(session: Any) -> Any:
            recorder.close(session)
            return PLAIN_CLOSE(session)

        Base.__init__, Base.run, Base.close = init, run, close
        watch_slots()

    def session_config(self, config: Any) -> Any:
        """Return a session's configuration with the number of threads of this run."""
        config = config or plain_tf.compat.v1.ConfigProto()
        config.intra_op_parallelism_threads = 1
        config.inter_op_parallelism_threads = self.threads
        config.allow_soft_placement = True  # there is no GPU here
        return config

    def reaches(self, graph: Any) -> Reaches:
        """Return what is known about a graph."""
        if graph not in self._reaches:
            self._reaches[graph] = Reaches(graph)
        return self._reaches[graph]

    def enter_site(self, entry: Entry) -> None:
        """Begin a site."""
        entry.state = self.states.version if self.states else 0

    def leave_site(self, entry: Entry, value: Any) -> bool:
        """Write the value of a site, if a session ran in it."""
        if not entry.runs:
            return False
        leaves = [self.log.leaf(leaf) if entry.call < MAX_CALLS else {"x": True} for leaf in flatten(value)]
        self._site_event(entry, leaves)
        return True

    def _site_event(self, entry: Entry, leaves: Any) -> None:
        runs = entry.runs
        self.log.event(
            "site",
            id=entry.id,
            k=entry.call,
            leaves=leaves,
            fetches=[name for run in runs for name in run["fetches"]],
            feeds=[name for run in runs for name in run["feeds"]],
            writes=any(run["writes"] for run in runs),
            init=any(run["init"] for run in runs) and all(leaf is None for leaf in leaves),
            states=[entry.state, self.states.version] if self.states else None,
        )

    def run(self, session: Any, fetches: Any, feed_dict: Any, options: Any, run_metadata: Any) -> Any:
        """Run a session: seeds fed, the site told, start values recorded."""
        graph = session.graph
        try:
            handler = session_module._FetchHandler(graph, fetches, {})
            names = [tensor.name for tensor in handler.fetches()]
            targets = [tensor.op for tensor in handler.fetches()] + list(handler.targets())
        except (TypeError, ValueError, KeyError):  # the plain call raises it for the program
            return PLAIN_RUN(session, fetches, feed_dict, options, run_metadata)
        fed = _fed_names(graph, feed_dict)
        reach = self.reaches(graph).of(targets, frozenset(fed))
        entry, anonymous = self._entry()
        feeds = self._with_seeds(session, feed_dict, reach, entry)
        result = PLAIN_RUN(session, fetches, feeds, options, run_metadata)
        self._written.update((id(variable), variable) for variable in reach.written)
        if reach.initialised:
            self._record_starts(session, reach.initialised, entry)
        if self.states and (reach.initialised or reach.writes):
            self._known(session)
            values = self._values(session, all_variables(graph))
            self.states.add((self._variables[id(variable)], value) for variable, value in values)
        if entry is not None:
            entry.runs.append({"fetches": names, "feeds": fed, "init": bool(reach.initialised), "writes": reach.writes})
            if anonymous:
                self._site_event(entry, [self.log.leaf(leaf) for leaf in flatten(result)])
        return result

    def _entry(self) -> tuple[Any, bool]:
        """Return the site of a run that begins (None for runs inside libraries), and whether no text was wrapped."""
        caller = self.own and self.own.caller(LIBRARY)
        current = self.sites.current()
        if current is not None and (caller is not None or not current.runs):
            return current, False
        if caller is None:
            return None, False
        entry = self.sites.anonymous("%s:%s" % tuple(caller.split(":")[:2]))
        self.enter_site(entry)
        return entry, True

    def _with_seeds(self, session: Any, feed_dict: Any, reach: Any, entry: Any) -> Any:
        """Return the feeds with the seeds of all draws of the run."""
        if not reach.draws:
            return feed_dict
        if entry is None:
            entry = self.sites.anonymous("internal")
        source = entry
        if self.by_run and not reach.initialised:
            source = Entry(-1, "run", self._drawing_runs, None)
            self._drawing_runs += 1
        feeds = dict(feed_dict or {})
        for key, seed, seeded in reach.draws:
            drawn = _in_session(session, source) if seeded and source is entry else source
            feeds[seed] = np.array(seed_value(drawn, key), np.int64)
        return feeds

    def _known(self, session: Any) -> None:
        """Write down the variables of a session's graph that are new."""
        graph = session.graph
        number = self._graphs.setdefault(graph, len(self._graphs))
        for variable in all_variables(graph):
            if id(variable) in self._variables:
                continue
            self._variables[id(variable)] = len(self._variables)
            random = self.reaches(graph).is_random(variable)
            shape = variable.shape.as_list() if variable.shape.ndims is not None else None
            self.log.event(
                "var",
                graph=number,
                name=variable.name.rsplit(":", 1)[0],
                shape=shape,
                dtype=variable.dtype.base_dtype.name,
                trainable=any(variable is other for other in graph._collections.get("trainable_variables", [])),
                **slot_facts(variable),
                random=random,
                sample=self._sample(session, variable) if random else None,
            )

    def _sample(self, session: Any, variable: Any) -> Any:
        """Draw a small variable's start value more often, so that its distribution is known."""
        size = int(np.prod(variable.shape.as_list())) if variable.shape.is_fully_defined() else 0
        if not 0 < size < SAMPLE:
            return None
        reach = self.reaches(session.graph).of([variable.initial_value.op], frozenset())
        drawn = []
        for number in range(min(MAX_DRAWS, -(-SAMPLE // size))):
            source = Entry(-1, "sample", number, None)
            feeds = {seed: np.array(seed_value(source, key), np.int64) for key, seed, _ in reach.draws}
            try:
                drawn.append(np.ravel(PLAIN_RUN(session, variable.initial_value, feeds)))
            except errors.OpError:  # it needs a feed, or a variable that is not initialised
                return None
        return self.log.leaf(np.concatenate(drawn))

    def _record_starts(self, session: Any, variables: list[Any], entry: Any) -> None:
        self._known(session)
        for variable, value in self._values(session, variables):
            self.log.event(
                "start",
                var=self._variables[id(variable)],
                value=self.log.leaf(value),
                site=entry.id if entry else None,
                k=entry.call if entry else 0,
            )

    def _values(self, session: Any, variables: list[Any]) -> list[tuple[Any, Any]]:
        """Return (variable, value) of those that are initialised."""
        if not variables:
            return []  # also in an empty graph, where nothing can be run
        elements = [v._as_graph_element() for v in variables]
        with session.graph.as_default():
            try:
                return list(zip(variables, PLAIN_RUN(session, elements)))
            except errors.FailedPreconditionError:
                found = []
                for variable, element in zip(variables, elements):
                    try:
                        found.append((variable, PLAIN_RUN(session, element)))
                    except errors.FailedPreconditionError:  # not initialised
                        continue
                return found

    def close(self, session: Any) -> None:
        """Record the final values of a session, once."""
        if not any(session is other for other in self._open):
            return
        self._open = [other for other in self._open if other is not session]
        if getattr(session, "_closed", False):
            return
        self._known(session)
        for variable, value in self._values(session, all_variables(session.graph)):
            self.log.event("final", var=self._variables[id(variable)], value=self.log.leaf(value))

    def finish(self) -> None:
        """Record the sessions that the program left open."""
        for session in list(self._open):
            self.close(session)
        self.log.event("written", vars=[self._variables[key] for key in self._written if key in self._variables])


def _in_session(session: Any, entry: Entry) -> Entry:
    """Return an entry whose call is counted within a session: each new session starts seeded streams anew."""
    calls = session.__dict__.setdefault("_migrator_calls", {}).setdefault(entry.id, [])
    if entry.call not in calls:
        calls.append(entry.call)
    number = calls.index(entry.call)
    if number == entry.call:
        return entry
    twins = entry.__dict__.setdefault("twins", {})
    twin: Entry = twins.setdefault(number, Entry(-1, entry.id, number, None))
    return twin


def _fed_names(graph: Any, feed_dict: Any) -> list[str]:
    """Return the names of the tensors that a run feeds."""
    found = []
    for key in feed_dict or {}:
        for part in flatten(key):
            try:
                found.append(graph.as_graph_element(part, allow_operation=False).name)
            except (TypeError, ValueError, KeyError):  # a sparse tensor, or an error that the plain call raises
                found.append(str(getattr(part, "name", part)))
    return found
