/** Stands for the package `yaml` in the built gateway: @fastify/swagger loads it, and nobody asks for YAML. */
export function stringify(): never {
  throw new TypeError('the description of the API is JSON');
}
export default { stringify };
