import {
  type InfiniteData,
  type QueryKey,
  type UseInfiniteQueryOptions,
  type UseInfiniteQueryResult,
  type UseMutationOptions,
  type UseMutationResult,
  type UseQueryOptions,
  type UseQueryResult,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { callApi } from './call'
import type { ApiError } from './error'
import type { AnyContract, CallArgs, CallResponse, CallRest } from './types'

/** The cache key of one call. With the contract alone: the prefix of all its calls, for invalidation. */
export function queryKey<C extends AnyContract>(
  contract: C,
  args?: Pick<CallArgs<C>, 'params' | 'query'>,
): readonly unknown[] {
  if (args === undefined) return [contract.id]
  const { params, query } = args as { params?: unknown; query?: unknown }
  return [contract.id, params ?? {}, query ?? {}]
}

type QueryOptions<C extends AnyContract, Data> = Omit<
  UseQueryOptions<CallResponse<C>, ApiError, Data>,
  'queryKey' | 'queryFn'
>

/** Reads one operation: `useApi(contracts.getRun, { params: { run_id } })`. Aborts when nobody needs the answer any more. */
export function useApi<C extends AnyContract, Data = CallResponse<C>>(
  contract: C,
  ...[args, options]: [...CallRest<C>, options?: QueryOptions<C, Data>]
): UseQueryResult<Data, ApiError> {
  const given = (args ?? {}) as CallArgs<C>
  return useQuery<CallResponse<C>, ApiError, Data>({
    ...(options as QueryOptions<C, Data> | undefined),
    queryKey: queryKey(contract, given),
    queryFn: ({ signal }) => callApi(contract, ...([{ ...given, signal }] as unknown as CallRest<C>)), // a tuple of one is what CallRest always accepts
  })
}

interface Page<Item> {
  items: Item[]
  next_cursor: string | null
}
type PageContract = AnyContract & { response: { _zod: { output: Page<unknown> } } }

type PagesOptions<C extends PageContract> = Omit<
  UseInfiniteQueryOptions<CallResponse<C>, ApiError, InfiniteData<CallResponse<C>>, QueryKey, string | null>,
  'queryKey' | 'queryFn' | 'getNextPageParam' | 'initialPageParam'
>

/** Reads a `{ items, next_cursor }` list page by page; `data.pages.flatMap((page) => page.items)` is what is loaded so far. */
export function useApiPages<C extends PageContract>(
  contract: C,
  ...[args, options]: [...CallRest<C>, options?: PagesOptions<C>]
): UseInfiniteQueryResult<InfiniteData<CallResponse<C>>, ApiError> {
  const given = (args ?? {}) as CallArgs<C>
  return useInfiniteQuery<CallResponse<C>, ApiError, InfiniteData<CallResponse<C>>, QueryKey, string | null>({
    ...(options as PagesOptions<C> | undefined),
    queryKey: [...queryKey(contract, given), 'pages'],
    initialPageParam: null,
    getNextPageParam: (last) => (last as Page<unknown>).next_cursor,
    queryFn: ({ signal, pageParam }) => {
      const query = { ...(given.query as object | undefined), cursor: pageParam ?? undefined }
      return callApi(contract, ...([{ ...given, query, signal }] as unknown as CallRest<C>)) // as in useApi
    },
  })
}

type MutationOptions<C extends AnyContract> = Omit<
  UseMutationOptions<CallResponse<C>, ApiError, MutationArgs<C>>,
  'mutationFn'
> & {
  /** Reads to be made again after success, with every argument they were made with. */
  invalidates?: readonly AnyContract[]
}
type MutationArgs<C extends AnyContract> =
  Record<never, never> extends CallArgs<C> ? CallArgs<C> | undefined : CallArgs<C>

/** Calls one changing operation: `const start = useApiMutation(contracts.startRun); start.mutate({ params, body })`. */
export function useApiMutation<C extends AnyContract>(
  contract: C,
  { invalidates = [], onSuccess, ...options }: MutationOptions<C> = {},
): UseMutationResult<CallResponse<C>, ApiError, MutationArgs<C>> {
  const client = useQueryClient()
  return useMutation<CallResponse<C>, ApiError, MutationArgs<C>>({
    ...options,
    mutationFn: (args) => callApi(contract, ...([args] as unknown as CallRest<C>)), // as in useApi
    onSuccess: async (...all) => {
      for (const read of invalidates) void client.invalidateQueries({ queryKey: queryKey(read) })
      await onSuccess?.(...all)
    },
  })
}
