import type { Field } from '../../schema/fields'

export interface ControlProps {
  field: Field
  /** Where the value is, below the config: `branches.0.when`. */
  path: string
  value: unknown
  /** `undefined` leaves the field out. `whole`: not a keystroke but a decision, an undo step of its own. */
  onChange: (value: unknown, options?: { whole?: boolean }) => void
  /** Given by the label's wiring. */
  id?: string
  'aria-describedby'?: string
  'aria-invalid'?: boolean
}
