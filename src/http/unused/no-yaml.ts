/** Stands for the package `yaml` in the built gateway: @fastify/swagger only uses it for descriptions in YAML. */
export function stringify(): never {
  throw new TypeError('the description of the API is JSON');
}
