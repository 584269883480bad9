// What is set stays in this browser.

export function load(key, defaults) {
  try {
    return { ...defaults, ...JSON.parse(localStorage.getItem(key)) };
  } catch {
    return { ...defaults }; // storage is switched off, or holds something else
  }
}

export function save(key, values) {
  try {
    localStorage.setItem(key, JSON.stringify(values));
  } catch {
    // Storage is switched off: it lasts as long as the page.
  }
}
