# SPDX-License-Identifier: Apache-2.0
"""Shape of the file: schema.json, with its refusals put into plain words."""
import difflib
import json
from pathlib import Path

import jsonschema

_SCHEMA = json.loads((Path(__file__).parent / "schema.json").read_text(encoding="utf-8"))
_KINDS = {"object": dict, "array": list, "string": str, "integer": int}


def check(source, problems):
    """Add a problem for each place where the data has not the shape of the schema."""
    validator = jsonschema.Draft7Validator(_SCHEMA)
    for error in validator.iter_errors(source.data):
        _report(error, problems)


def closest(word, words):
    """' (did you mean "x"?)', or nothing."""
    match = difflib.get_close_matches(str(word), [str(w) for w in words], n=1)
    return f" (did you mean {match[0]}?)" if match else ""


def show(value):
    if isinstance(value, (dict, list)):
        return "a mapping" if isinstance(value, dict) else "a list"
    if value is None:
        return "empty"
    return json.dumps(value, default=str)


def _report(error, problems):
    path = tuple(error.absolute_path)
    if error.validator == "anyOf":
        _report_any_of(error, problems)
    elif error.validator == "additionalProperties":
        allowed = error.schema.get("properties", {})
        for key in error.instance:
            if key not in allowed:
                problems.add(path + (key,), "is not a known key" + closest(key, allowed) +
                             "; known: " + ", ".join(sorted(allowed)))
    elif error.validator == "required":
        for key in error.validator_value:
            if key not in error.instance:
                problems.add(path, f"lacks the key {key}")
    elif error.parent is None and "propertyNames" in error.absolute_schema_path:
        problems.add(path + (error.instance,), f"must be {error.schema['description']}")
    else:
        _report_value(error, path, problems)


def _report_any_of(error, problems):
    """Descend into the form that has the type of what was written, if it is the only one."""
    forms = [f for f in _resolved(error.validator_value) if _same_kind(f, error.instance)]
    if len(forms) == 1 and isinstance(error.instance, (dict, list)):
        inner = jsonschema.Draft7Validator({**forms[0], "definitions": _SCHEMA["definitions"]})
        for cause in inner.iter_errors(error.instance):
            cause.path.extendleft(reversed(error.absolute_path))
            _report(cause, problems)
        return
    _report_value(error, tuple(error.absolute_path), problems)


def _report_value(error, path, problems):
    wanted = error.schema.get("description")
    if wanted is None:
        forms = _resolved(error.schema.get("anyOf", []))
        wanted = " or ".join(f["description"] for f in forms if "description" in f)
    if error.validator in ("minItems", "minProperties"):
        problems.add(path, f"must be {wanted}; it is empty")
        return
    hint = closest(error.instance, error.validator_value) if error.validator == "enum" else ""
    problems.add(path, f"must be {wanted}, not {show(error.instance)}{hint}")


def _resolved(forms):
    for form in forms:
        while "$ref" in form:
            form = _SCHEMA["definitions"][form["$ref"].rsplit("/", 1)[1]]
        yield form


def _same_kind(form, instance):
    kind = _KINDS.get(form.get("type"))
    return kind is not None and isinstance(instance, kind) and not isinstance(instance, bool)
