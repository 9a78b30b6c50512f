/** Files that were shared in a message: name, size, a way to get it, and what can be seen at once. */

import { h } from "./dom.js";
import { w } from "./words.js";

/** One file. A picture is shown; of a text its first lines are. */
export function file({ id, title, name, size, mimetype, url_private: url, preview, lines_more: more }) {
  const label = title || name;
  const isPicture = mimetype.startsWith("image/");
  return h("figure", { class: "file", data: { testid: `file-${id}` } },
    h("figcaption", { class: "file-head" },
      h("span", { "aria-hidden": "true" }, isPicture ? "🖼" : "📄"),
      h("span", { class: "file-name" }, label),
      h("span", { class: "file-size" }, sizeWords(size)),
      h("a", {
        class: "file-get",
        href: url,
        download: name,
        "aria-label": w("file.download_named", { name: label }),
      }, w("file.download"))),
    isPicture && h("img", { class: "b-image-picture", src: url, alt: label }),
    preview && h("pre", { class: "file-preview", tabIndex: 0, "aria-label": w("file.preview") }, preview),
    more > 0 && h("p", { class: "file-size" }, w("file.more", { n: more })));
}

/** A size in the unit that fits it. */
function sizeWords(bytes) {
  if (bytes < 1024) return w("file.bytes", { n: bytes });
  if (bytes < 1024 ** 2) return w("file.kilobytes", { n: (bytes / 1024).toFixed(1) });
  return w("file.megabytes", { n: (bytes / 1024 ** 2).toFixed(1) });
}
