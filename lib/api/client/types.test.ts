import { describe, expectTypeOf, test } from 'vitest'
import type { contracts } from '../contracts/routes'
import type { WorkflowSummary } from '../contracts/workflows'
import { callApi } from './call'
import type { CallArgs, CallResponse } from './types'

describe('the contract types the call', () => {
  test('parameters are those of the path', () => {
    expectTypeOf<CallArgs<typeof contracts.approve>['params']>().toEqualTypeOf<{
      run_id: string | number
      node_id: string | number
    }>()
    expectTypeOf<CallArgs<typeof contracts.getMe>['params']>().toEqualTypeOf<undefined>()
  })

  test('a body is asked for exactly where the contract has a required one', () => {
    expectTypeOf<{ params: { workflow_id: string } }>().toExtend<CallArgs<typeof contracts.startRun>>()
    expectTypeOf<{ body?: undefined }>().not.toExtend<CallArgs<typeof contracts.createKey>>()
    expectTypeOf<CallArgs<typeof contracts.getMe>['body']>().toEqualTypeOf<undefined>()
  })

  test('the answer is what the response schema gives', () => {
    expectTypeOf<CallResponse<typeof contracts.listWorkflows>['items'][number]>().toEqualTypeOf<WorkflowSummary>()
    expectTypeOf(callApi<typeof contracts.deleteWorkflow>).returns.resolves.toEqualTypeOf<undefined>()
  })
})
