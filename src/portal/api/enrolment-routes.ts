import { enrolDevice, type EnrolmentRequest } from '../model/enrol.ts';
import type { ApiRoute } from './route.ts';
import { NUMBER, TEXT, object } from './schema.ts';

/** `/v1/enrolments`. */
export const ENROLMENT_ROUTES: readonly ApiRoute[] = [
  {
    ...{ method: 'post', path: '/enrolments', scope: 'devices:enrol', status: 201 },
    summary: 'The device of a token: made, or the one made before; the same token, the same answer',
    body: object({ token: TEXT, nickname: TEXT, manufacturer: TEXT, model: TEXT }, [
      'token',
      'nickname',
    ]),
    answer: object({
      ...{ id: TEXT, nickname: TEXT, autoKey: TEXT },
      ...{ settingsServer: TEXT, settingsPort: NUMBER, portalPin: TEXT },
    }),
    run({ change, keyName, body, addresses, pin }) {
      const { id, nickname, autoKey } = enrolDevice(change, keyName, body as EnrolmentRequest);
      const { host, port } = addresses().settings;
      return { id, nickname, autoKey, settingsServer: host, settingsPort: port, portalPin: pin };
    },
  },
];
