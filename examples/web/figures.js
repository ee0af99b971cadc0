// Decimals are text and stay text: this only puts spaces between thousands. Bars alone turn them into numbers, for their width.

/** @param {string} amount @returns {string} */
export function grouped(amount) {
  const [, sign, whole, rest] = /^(-?)(\d+)(.*)$/.exec(amount) ?? ["", "", amount, ""];
  return sign + whole.replace(/\B(?=(\d{3})+$)/g, "\u202f") + rest;
}

/** @param {string} amount @returns {string} with a plus sign when it is above zero */
export function signed(amount) {
  if (amount.startsWith("-")) return "\u2212" + grouped(amount.slice(1));
  return /^0(\.0*)?$/.test(amount) ? amount : "+" + grouped(amount);
}
