/** What is there already, or will be: for the way of every request, where a promise costs more than most of its work. */
export type Soon<T> = T | Promise<T>;

/** Goes on with a value at once where it is there, and when it comes where it is not. */
export function whenThere<T, U>(value: Soon<T>, next: (value: T) => Soon<U>): Soon<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
