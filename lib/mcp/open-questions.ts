import { randomUUID } from 'node:crypto'
import type { JSONRPCResponse } from '@modelcontextprotocol/server'
import type { Principal } from '../auth/principal'
import { callerOf } from './caller'

/** How many questions of one caller, and of all callers of this process, may wait for their answers. */
const MAX_PER_CALLER = 16
const MAX_IN_ALL = 1_000

interface Question {
  caller: string
  take: (answer: JSONRPCResponse) => void
}

/** What calls that are being answered by this process ask their clients just now. Gone with the answer or with the call. */
const questions = new Map<string, Question>()

/** Remembers a question. Its id is what the client is asked by: nobody can guess it. */
export function openQuestion(principal: Principal, take: Question['take']): string {
  const caller = callerOf(principal)
  const ofCaller = [...questions.values()].filter((question) => question.caller === caller)
  if (ofCaller.length >= MAX_PER_CALLER || questions.size >= MAX_IN_ALL) {
    throw new Error('Too many questions are waiting for their answers; answer those first.')
  }
  const id = randomUUID()
  questions.set(id, { caller, take })
  return id
}

/** Nobody waits for the answer any more. */
export function closeQuestion(id: string): void {
  questions.delete(id)
}

/** Hands an answer to the call that asked. Says false, and does nothing, unless this caller was asked and it is the first. */
export function answerQuestion(principal: Principal, answer: JSONRPCResponse): boolean {
  const id = String(answer.id)
  const question = questions.get(id)
  if (question?.caller !== callerOf(principal)) return false
  questions.delete(id)
  question.take(answer)
  return true
}
