// Samples to the wire's base64 and back.

/** @param {ArrayBuffer} buffer of a few kilobytes */
export function toBase64(buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer)));
}

/** @param {string} text base64 of pcm16, little endian  @returns {Float32Array} full scale 1.0 */
export function fromBase64(text) {
  const bytes = atob(text);
  const pcm = new Float32Array(bytes.length >> 1);
  for (let i = 0; i < pcm.length; i++) {
    const value = bytes.charCodeAt(2 * i) | (bytes.charCodeAt(2 * i + 1) << 8);
    pcm[i] = (value > 32767 ? value - 65536 : value) / 32768;
  }
  return pcm;
}
