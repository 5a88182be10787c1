import { asEngine } from './team-context'

/**
 * Items submitted while a flush is on its way travel together in the next one. For writes this is group commit: one
 * statement, one transaction, one fsync for all of them, so the cost of durability is shared by whatever happens at the same
 * time. For reads it is one round trip. A flush that fails for many is repeated one by one, so that one bad item cannot hurt
 * the others. Items of many teams travel together, so a flush is the engine's; one that reads for callers says for whom.
 */
export class Batcher<Item, Result> {
  private queue: { item: Item; resolve: (result: Result) => void; reject: (error: unknown) => void }[] = []
  private isFlushing = false

  /** `flush` answers one result per item, in order. */
  constructor(
    private readonly flush: (items: Item[]) => Promise<Result[]>,
    private readonly maxBatch = 256,
  ) {}

  submit(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.queue.push({ item, resolve, reject })
      if (!this.isFlushing) {
        this.isFlushing = true
        // Whatever is submitted in this turn of the event loop still joins the first batch.
        asEngine(() => setImmediate(() => this.drain()))
      }
    })
  }

  private async drain(): Promise<void> {
    while (this.queue.length > 0) {
      const batch = this.queue.splice(0, this.maxBatch)
      try {
        const results = await this.flush(batch.map((entry) => entry.item))
        batch.forEach((entry, index) => {
          entry.resolve(results[index] as Result) // flush answers one per item
        })
      } catch (error) {
        if (batch.length === 1) batch[0]?.reject(error)
        else await this.flushOneByOne(batch)
      }
    }
    this.isFlushing = false
  }

  private async flushOneByOne(batch: typeof this.queue): Promise<void> {
    for (const entry of batch) {
      try {
        const [result] = await this.flush([entry.item])
        entry.resolve(result as Result) // flush answers one per item
      } catch (error) {
        entry.reject(error)
      }
    }
  }
}
