"""app.yaml: the one configuration file, read whole and checked whole. See `load`.

`document` reads YAML with line numbers and references, `shape` says which blocks there are,
`notation` how single values are written, `fit` tells what does not fit, `settings` reads the
adapters' parts, `texts` the CSV file of canned replies, `routes` the rules of routing, `link` makes
the core's `Policy`, and `schema` the JSON schema for editors.
"""

from chatops.config.link import Runs
from chatops.config.load import Config, environ, load
from chatops.config.texts import Source

__all__ = ["Config", "Runs", "Source", "environ", "load"]
