"""Static files under names that change with their content, modules that scripts import included."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Also rewrites `import … from "./x.js"`, or a browser would mix new modules with old ones it has kept."""

    support_js_module_import_aggregation = True
