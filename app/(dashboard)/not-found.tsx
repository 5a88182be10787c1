import { NothingHere } from '@/components/shell/nothing-here'

export default function NotFound() {
  return (
    <div className="grid min-h-(--shell-height) place-content-center">
      <h1 className="sr-only">Not found</h1>
      <NothingHere />
    </div>
  )
}
