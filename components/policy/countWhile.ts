/** How many items there are before the first one that is not `isBefore`, by binary search: none comes after it. */
export function countWhile<T>(items: readonly T[], isBefore: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && isBefore(item)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
