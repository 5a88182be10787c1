import { expect, test } from 'vitest'
import { FollowingClock } from './clock'

function clockAt(wallMs: number) {
  const machine = { wallMs, monotonicMs: 500.25 }
  const clock = new FollowingClock(
    () => machine.wallMs,
    () => machine.monotonicMs,
  )
  return { machine, clock }
}

test('a clock that has heard nothing says what its machine says', () => {
  expect(clockAt(1_000).clock.nowMs()).toBe(1_000)
})

test('a clock that follows another counts on from there, whatever the clock of its machine says or is set to', () => {
  const { machine, clock } = clockAt(1_000)
  clock.follow(90_000)
  machine.wallMs += 3_600_000
  machine.monotonicMs += 250
  expect(clock.nowMs()).toBe(90_250)
  machine.wallMs = 0
  expect(clock.nowMs()).toBe(90_250)
})

test('what it hears later replaces what it heard before', () => {
  const { machine, clock } = clockAt(1_000)
  clock.follow(90_000)
  machine.monotonicMs += 100
  clock.follow(91_000)
  expect(clock.nowMs()).toBe(91_000)
})
