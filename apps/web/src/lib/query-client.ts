import { ApiError } from '@stroma/sdk';
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { queryKeys } from './query-keys.ts';
import { noteStepUp } from './step-up.ts';

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      noteStepUp(error);
      const signedOut = error instanceof ApiError && error.code === 'UNAUTHENTICATED';
      if (signedOut && query.queryKey[0] !== queryKeys.session[0])
        void queryClient.invalidateQueries({ queryKey: queryKeys.session });
    },
  }),
  mutationCache: new MutationCache({ onError: noteStepUp }),
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (failures, error) => error instanceof ApiError && error.transient && failures < 2,
    },
  },
});
