/** An expected obstacle of a start: its message is one sentence that says what to do, shown without a stack. */
export class Obstacle extends Error {
  override name = 'Obstacle'
}
