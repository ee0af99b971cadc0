/**
 * An element with a class and content; text is never read as HTML.
 * @param {string} tag
 * @param {string} className
 * @param {...(Node | string)} content
 * @returns {HTMLElement}
 */
export function element(tag, className, ...content) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

/** @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** @param {string} id @returns {HTMLInputElement | HTMLSelectElement} */
export function field(id) {
  return /** @type {HTMLInputElement} */ (byId(id));
}
