/** Languages write NaN and Infinity in their own ways, and JSON has neither. */
export function parseJsonLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (!/\b(NaN|Infinity)\b/i.test(line)) throw error;
    throw new Error('NaN and Infinity are not JSON; write null as the objectives of what failed', { cause: error });
  }
}
