/** The value of IEEE 754's binary16. */
export function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The value of a bfloat16: the upper half of a float32. */
export function bfloat16(bits: number): number {
  const whole = new DataView(new ArrayBuffer(4));
  whole.setUint16(0, bits);
  return whole.getFloat32(0);
}

/** Decodes IEEE 754's binary16, little-endian. */
export function decodeFloat16(bytes: Uint8Array): Float32Array {
  return decode(bytes, float16);
}

/** Decodes bfloat16, little-endian. */
export function decodeBfloat16(bytes: Uint8Array): Float32Array {
  return decode(bytes, bfloat16);
}

function decode(bytes: Uint8Array, value: (bits: number) => number): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.byteLength / 2 }, (_, i) => value(view.getUint16(2 * i, true)));
}
