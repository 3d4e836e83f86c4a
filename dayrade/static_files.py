"""Where production keeps the static files."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # it has no types
    """Names each file by its content, and follows the imports of scripts.

    Browsers keep such a name for ever: a module that imported another by its plain name would get
    an old one.
    """

    support_js_module_import_aggregation = True
