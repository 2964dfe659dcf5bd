// The three functions of the metadata proposal that @peculiar/x509 needs to be there before it loads.

type Metadata = Map<unknown, unknown>
interface WithMetadata {
  defineMetadata?: (key: unknown, value: unknown, target: object) => void
  getOwnMetadata?: (key: unknown, target: object) => unknown
  getMetadata?: (key: unknown, target: object) => unknown
}

/** Fills in what is missing of `Reflect`'s metadata functions, for the whole process. */
export function completeReflect(): void {
  const known = new WeakMap<object, Metadata>()
  const reflect = Reflect as WithMetadata
  reflect.defineMetadata ??= (key, value, target) => {
    const metadata: Metadata = known.get(target) ?? new Map()
    known.set(target, metadata.set(key, value))
  }
  reflect.getOwnMetadata ??= (key, target) => known.get(target)?.get(key)
  reflect.getMetadata ??= (key, target) => {
    for (let at: object | null = target; at !== null; at = Reflect.getPrototypeOf(at)) {
      const metadata = known.get(at)
      if (metadata?.has(key) === true) return metadata.get(key)
    }
    return undefined
  }
}
