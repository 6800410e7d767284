import type { Admin } from '../tables/admins.ts';
import { ConflictError, NotFoundError, audited, checkNameOf, type Change } from './change.ts';

/**
 * Makes an administrator.
 * @param hash of the password, as `site/password.ts` makes it
 * @throws SettingsError for the name; ConflictError when it is taken
 */
export function addAdmin(change: Change, name: string, hash: string): Admin {
  const { store, clock } = change;
  return audited(change, () => {
    checkNameOf('administrator', name);
    if (store.admins.get(name) !== null) {
      throw new ConflictError(`there is an administrator ${name}`, {
        remedy: `For another password: ts-portal admin password ${name}.`,
      });
    }
    const result: Admin = { name, created: clock.now() };
    store.admins.save(result, hash);
    return { result, action: 'admin add', target: name };
  });
}

/** Gives an administrator another password. Sessions that are open end. @throws NotFoundError */
export function setAdminPassword(change: Change, name: string, hash: string): void {
  const { store } = change;
  audited(change, () => {
    store.admins.save(adminNamed(change, name), hash);
    return { result: undefined, action: 'admin password', target: name };
  });
}

/** Removes an administrator; what they did stays in the audit log. Sessions that are open end. @throws NotFoundError */
export function removeAdmin(change: Change, name: string): void {
  const { store } = change;
  audited(change, () => {
    adminNamed(change, name);
    store.admins.remove(name);
    return { result: undefined, action: 'admin remove', target: name };
  });
}

function adminNamed({ store }: Change, name: string): Admin {
  const admin = store.admins.get(name);
  if (admin === null) throw new NotFoundError('administrator', name);
  return admin;
}
