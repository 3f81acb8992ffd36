"""What calls of TensorFlow names give: handlers for those that make state, any other is an op."""

from __future__ import annotations

import ast
from collections.abc import Callable

from migrator.analysis.layer_calls import LayerCalls
from migrator.analysis.values import Py, Top, Value
from migrator.tables import layers, signatures, unsupported


class SymbolCalls(LayerCalls):
    """Evaluates calls of TensorFlow names."""

    def call_symbol(self, symbol: str, node: ast.Call) -> Value:
        """Return what a call of a TensorFlow name gives."""
        args = self.bound_arguments(symbol, node)
        why = unsupported.reason(symbol)
        if why is not None and symbol not in signatures.INITIALIZERS:
            self.facts.trouble(node, self.module, why, symbol)
            return Top(why)
        handler = _HANDLERS.get(symbol)
        if handler is not None:
            return handler(self, node, args, symbol)
        if symbol.endswith("_initializer") or symbol in signatures.INITIALIZERS:
            return Py(tag="initializer")
        if symbol in signatures.OPTIMIZERS:
            return self.optimizer(node, args, symbol)
        if symbol in signatures.ASSIGNS:
            return self.assign(node, args, symbol)
        return self.plain_op(symbol, node, args)


def _tag(tag: str) -> Callable[[SymbolCalls, ast.Call, dict[str, ast.expr], str], Value]:
    return lambda self, node, args, symbol: Py(tag=tag)


_HANDLERS: dict[str, Callable[[SymbolCalls, ast.Call, dict[str, ast.expr], str], Value]] = {
    "tensorflow.placeholder": SymbolCalls.placeholder,
    "tensorflow.placeholder_with_default": SymbolCalls.placeholder,
    "tensorflow.Variable": SymbolCalls.variable,
    "tensorflow.get_variable": SymbolCalls.variable,
    "tensorflow.gradients": SymbolCalls.gradients,
    "tensorflow.group": SymbolCalls.group,
    "tensorflow.no_op": SymbolCalls.no_op,
    "tensorflow.Session": SymbolCalls.session,
    "tensorflow.InteractiveSession": SymbolCalls.session,
    "tensorflow.get_default_session": SymbolCalls.get_default_session,
    "tensorflow.get_variable_scope": SymbolCalls.variable_scope_value,
    "tensorflow.hessians": SymbolCalls.hessians,
    "tensorflow.Graph": SymbolCalls.new_graph_value,
    "tensorflow.get_default_graph": SymbolCalls.new_graph_value,
    "tensorflow.reset_default_graph": SymbolCalls.reset_graph,
    "tensorflow.ConfigProto": _tag("config"),
    "tensorflow.GPUOptions": _tag("config"),
    "tensorflow.GraphOptions": _tag("config"),
    "tensorflow.OptimizerOptions": _tag("config"),
    "tensorflow.set_random_seed": _tag("seed"),
    "tensorflow.disable_v2_behavior": _tag("graph-call"),
    "tensorflow.disable_eager_execution": _tag("graph-call"),
    "tensorflow.disable_v2_tensorshape": _tag("graph-call"),
    "tensorflow.disable_resource_variables": _tag("graph-call"),
    "tensorflow.train.Saver": _tag("saver"),
    "tensorflow.summary.FileWriter": SymbolCalls.writer,
    "tensorflow.train.SummaryWriter": SymbolCalls.writer,
    "tensorflow.train.create_global_step": SymbolCalls.global_step,
    "tensorflow.train.get_or_create_global_step": SymbolCalls.global_step,
    "tensorflow.train.get_global_step": SymbolCalls.global_step,
    "tensorflow.contrib.framework.get_or_create_global_step": SymbolCalls.global_step,
    **{f"tensorflow.{n}": SymbolCalls.initializer for n in (
        "global_variables_initializer", "initialize_all_variables", "variables_initializer", "initialize_variables",
        "local_variables_initializer", "initialize_local_variables", "tables_initializer", "initialize_all_tables")},
    **{f"tensorflow.{n}": SymbolCalls.collection for n in (
        "trainable_variables", "global_variables", "all_variables", "local_variables", "get_collection",
        "model_variables", "moving_average_variables")},
    **{f"tensorflow.{n}": SymbolCalls.context for n in (
        "name_scope", "variable_scope", "device", "control_dependencies", "op_scope", "variable_op_scope")},
    **{f"tensorflow.train.{n}": SymbolCalls.decay for n in signatures.DECAYS},
    **dict.fromkeys(layers.LAYERS, SymbolCalls.layer),
    "tensorflow.layers.dropout": SymbolCalls.dropout_layer,
}  # fmt: skip
