import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { sessionQuery } from './lib/session.ts';

export const root = createRootRouteWithContext<{ queryClient: QueryClient }>()();

/** What lies inside needs an identity whose password is its own. */
export const frame = createRoute({
  getParentRoute: () => root,
  id: 'frame',
  beforeLoad: async ({ context, location }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery);
    const search = location.href === '/' ? {} : { to: location.href };
    if (session === null) throw redirect({ to: '/sign-in', search });
    if (session.user.must_change_password) throw redirect({ to: '/change-password', search });
    if (session.user.must_set_up_second_factor) throw redirect({ to: '/set-up-second-factor', search });
  },
  component: lazyRouteComponent(() => import('./components/frame/frame.tsx'), 'Frame'),
});
