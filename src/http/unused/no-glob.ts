/** Stands for the package `glob` in the built gateway: @fastify/static only uses it with `wildcard: false`. */
export function glob(): never {
  throw new TypeError('files are not listed beforehand');
}
