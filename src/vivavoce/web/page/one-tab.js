// One conversation a browser: two tabs would hear each other.

const NAME = "vivavoce-conversation";

/**
 * @param {boolean} take from the tab that has it
 * @param {() => void} onTaken another tab took it from us
 * @returns {Promise<(() => void) | null>} what lets it go, or null when another tab has it
 */
export function claim(take, onTaken) {
  if (!navigator.locks) return Promise.resolve(() => {}); // no secure context
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(NAME, take ? { steal: true } : { ifAvailable: true }, (lock) => {
        if (!lock) return resolve(null);
        return new Promise((release) => resolve(release));
      })
      .catch((error) => (error.name === "AbortError" ? onTaken() : reject(error)));
  });
}
