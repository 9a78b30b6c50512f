"""app.yaml: the one configuration file, read whole and checked whole. See `load`.

`document` reads YAML with line numbers and references, `shape` says which blocks there are,
`notation` how single values are written, `fit` tells what does not fit, `settings` reads the
adapters' parts, `link` makes the core's `Policy`, and `schema` the JSON schema for editors.
"""

from chatops.config.load import Config, environ, load

__all__ = ["Config", "environ", "load"]
