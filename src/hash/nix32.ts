// Bytes ↔ nix32, the base 32 that Nix prints hashes in.

/** Nix's digits in order of value: no e, o, u, t. */
export const nix32Digits = '0123456789abcdfghijklmnpqrsvwxyz'

/** How many nix32 characters `size` bytes take. */
export function nix32Length(size: number): number {
  return size === 0 ? 0 : Math.floor((size * 8 - 1) / 5) + 1
}

/** Bytes as nix32: read as one little-endian number, most significant digit first. */
export function toNix32(bytes: Uint8Array): string {
  let text = ''
  for (let n = nix32Length(bytes.length) - 1; n >= 0; n--) {
    const byte = Math.floor((n * 5) / 8)
    const bit = (n * 5) % 8
    const pair = (bytes[byte] ?? 0) | ((bytes[byte + 1] ?? 0) << 8)
    text += nix32Digits.charAt((pair >> bit) & 31)
  }
  return text
}

/**
 * The `size` bytes that `text` spells, or what is wrong with it. Bits beyond the last byte must be zero, so every value has one text.
 * `offset` is added to the places that messages name.
 */
export function fromNix32(text: string, size: number, offset = 0): Uint8Array | { readonly message: string } {
  const length = nix32Length(size)
  if (text.length !== length) return { message: `it has ${text.length} characters where nix32 of ${size} bytes has ${length}` }
  const bytes = new Uint8Array(size)
  for (let n = 0; n < length; n++) {
    const at = length - n - 1
    const digit = nix32Digits.indexOf(text.charAt(at))
    if (digit < 0)
      return {
        message: `${JSON.stringify(text.charAt(at))} at character ${offset + at + 1} is not a nix32 digit (0-9, a-z without e, o, u, t)`,
      }
    const byte = Math.floor((n * 5) / 8)
    const shifted = digit << ((n * 5) % 8)
    bytes[byte] = (bytes[byte] ?? 0) | (shifted & 255)
    const carry = shifted >> 8
    if (byte + 1 < size) bytes[byte + 1] = carry
    else if (carry !== 0) return { message: `its first character ${JSON.stringify(text.charAt(at))} is too large for ${size} bytes` }
  }
  return bytes
}
