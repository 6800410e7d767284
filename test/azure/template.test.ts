/** The template and the form of the offer: the rules of Azure's arm-ttk that apply to them, and what the template computes. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { mainTemplate, makeOffer } from '../../azure/package/offer.ts';
import type { Publisher } from '../../azure/package/user-data.ts';
import { runCommand } from '../../src/system/run-command.ts';
import { callsOf, compute, parseExpression, type Scope } from '../support/arm-expression.ts';
import { CHECKOUT, MODIFIED } from '../support/linux-packages.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

interface Parameter {
  readonly type: string;
  readonly defaultValue?: unknown;
  readonly allowedValues?: readonly string[];
  readonly metadata: { readonly description: string };
}
interface Resource {
  readonly type: string;
  readonly name: string;
  readonly location: string;
  readonly dependsOn?: readonly string[];
  readonly properties: Readonly<Record<string, unknown>>;
}
interface Template {
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly resources: readonly Resource[];
  readonly outputs: Readonly<Record<string, unknown>>;
}
interface Control {
  readonly name: string;
  readonly type: string;
  readonly toolTip?: unknown;
  readonly defaultValue?: unknown;
  readonly constraints?: { readonly regex?: string; readonly validationMessage?: string };
  readonly options?: { readonly hideConfirmation?: boolean };
}
interface Form {
  readonly parameters: {
    readonly basics: readonly Control[];
    readonly steps: readonly {
      readonly name: string;
      readonly label: string;
      readonly elements: readonly Control[];
    }[];
    readonly outputs: Readonly<Record<string, string>>;
  };
}

const PUBLISHER: Publisher = {
  portal: 'https://portal.example.net:8444',
  pin: `sha256/${'A'.repeat(43)}=`,
  repository: 'https://apt.example.net/apt',
  keyring: '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDME\n-----END PGP PUBLIC KEY BLOCK-----\n',
};
/** What a customer gives. */
const GIVEN = {
  ...{ location: 'westeurope', vmName: 'fw1', adminUsername: 'ann', vmSize: 'Standard_B2s' },
  ...{ authenticationType: 'sshPublicKey', adminPasswordOrKey: 'ssh-ed25519 AAAA' },
  ...{ sshSource: '203.0.113.7/32', licenseKey: `tsp_'"$(reboot)\n: @CLIENTS@` },
  ...{ storageAccountName: 'fw1', publicIPAddressDnsPrefix: 'fw1' },
  ...{ firewallSubnetPrefix: '10.9.0.0/24', clientsSubnetPrefix: '10.9.1.0/24' },
};

describe('the offer in the Azure marketplace', () => {
  const folder = temporaryFolder();
  let template: Template;
  let form: Form;

  before(async () => {
    template = JSON.parse(await mainTemplate(CHECKOUT, PUBLISHER)) as Template;
    const path = join(CHECKOUT, 'azure/createUiDefinition.json');
    form = JSON.parse(readFileSync(path, 'utf8')) as Form;
  });

  /** Every text of a JSON value. */
  function textsOf(value: unknown): readonly string[] {
    if (typeof value === 'string') return [value];
    return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
  }

  /** The first argument of all calls of a function. */
  function used(name: string, value: unknown): ReadonlySet<string> {
    const expressions = textsOf(value).map(parseExpression);
    const calls = expressions.flatMap((one) => (one === null ? [] : callsOf(one)));
    return new Set(
      calls
        .filter((call) => call.name === name)
        .map(({ args: [first] }) => (first?.kind === 'text' ? first.value : '')),
    );
  }

  function scope(): Scope {
    const defaults = Object.entries(template.parameters).map(([name, { defaultValue }]) => [
      name,
      defaultValue,
    ]);
    return {
      parameters: { ...(Object.fromEntries(defaults) as Record<string, unknown>), ...GIVEN },
      variables: template.variables,
      azure: {
        resourceGroup: () => ({ name: 'group', location: 'westeurope' }),
        resourceId: (...parts) => parts.join('/'),
        reference: () => ({ primaryEndpoints: { blob: 'https://fw1.blob/' }, ipAddress: '' }),
      },
    };
  }

  function resource(type: string): Record<string, never> {
    const found = template.resources.find((one) => one.type === type);
    return compute(found?.properties, scope()) as Record<string, never>;
  }

  it('every expression can be read; every parameter and variable is there, and is used', () => {
    const { parameters, variables, resources, outputs } = template;
    assert.deepEqual(
      [...used('parameters', template)].toSorted(),
      Object.keys(parameters).toSorted(),
    );
    assert.deepEqual(
      [...used('variables', { variables, resources, outputs })].toSorted(),
      Object.keys(variables).toSorted(),
    );
    for (const { location, type } of resources) {
      assert.equal(location, "[parameters('location')]", type);
    }
    for (const [name, { metadata }] of Object.entries(parameters)) {
      assert.ok(metadata.description.length > 0, name);
    }
  });

  it('secrets are secure strings without a default, and in no output', () => {
    for (const name of ['licenseKey', 'adminPasswordOrKey']) {
      assert.equal(template.parameters[name]?.type, 'securestring');
      assert.equal(template.parameters[name].defaultValue, undefined);
      assert.ok(!used('parameters', template.outputs).has(name));
    }
    const places = textsOf(template.resources).filter((text) => text.includes("'licenseKey'"));
    assert.equal(places.length, 1);
  });

  it('the form has the documented blades, and hands on every parameter and no other', () => {
    const { steps, outputs, basics } = form.parameters;
    // Basics, Summary and Buy are those of Azure itself.
    assert.deepEqual(
      steps.map(({ label }) => label),
      ['Network and Storage Settings', 'Firewall Configuration'],
    );
    assert.deepEqual(Object.keys(outputs).toSorted(), Object.keys(template.parameters).toSorted());
    assert.equal(outputs['location'], '[location()]');
    const controls = [
      ...basics.map(({ name }) => `basics('${name}')`),
      ...steps.flatMap(({ name, elements }) =>
        elements.map((element) => `steps('${name}').${element.name}`),
      ),
    ];
    const said = Object.values(outputs).join('\n');
    for (const control of controls) assert.ok(said.includes(control), control);
    const asked = [...said.matchAll(/basics\('\w+'\)|steps\('\w+'\)\.\w+/g)].map(([text]) => text);
    for (const control of asked) assert.ok(controls.includes(control), control);
  });

  it('each control of the form explains itself, checks what is typed, and hides what is secret', () => {
    const { steps, basics } = form.parameters;
    const controls = [...basics, ...steps.flatMap(({ elements }) => elements)];
    for (const { name, toolTip } of controls) {
      assert.ok(textsOf(toolTip).join('').trim() !== '', `${name} has no tooltip`);
    }
    const ofKind = (kind: RegExp) => controls.filter(({ type }) => kind.test(type));
    for (const { name, constraints } of ofKind(/Common\.(?:TextBox|PasswordBox)$/)) {
      assert.match(constraints?.regex ?? '', /\{\d+/, name);
      assert.ok((constraints?.validationMessage ?? '') !== '', name);
    }
    for (const { name, options } of ofKind(/PasswordBox|CredentialsCombo/)) {
      assert.equal(options?.hideConfirmation, false, name);
    }
    assert.equal(ofKind(/UserNameTextBox/)[0]?.defaultValue, undefined);
  });

  it('the license key is typed hidden, and takes a key of the portal', () => {
    const license = form.parameters.steps[1]?.elements[0];
    assert.equal(license?.name, 'licenseKey');
    assert.equal(license.type, 'Microsoft.Common.PasswordBox');
    assert.match(`tsp_${'x'.repeat(43)}`, new RegExp(license.constraints?.regex ?? '-'));
  });

  it('SSH is for a network that must be given, and is not the whole Internet', () => {
    assert.equal(template.parameters['sshSource']?.defaultValue, undefined);
    const { steps } = form.parameters;
    const control = steps[0]?.elements.find(({ name }) => name === 'sshSource');
    assert.equal(control?.defaultValue, undefined);
    const regex = new RegExp(control?.constraints?.regex ?? '-');
    for (const good of ['203.0.113.7/32', '10.0.0.0/8', '198.51.100.0/24']) {
      assert.match(good, regex);
    }
    for (const bad of ['0.0.0.0/0', '*', 'Internet', '203.0.113.7', '10.0.0.0/7', '1.2.3.256/32']) {
      assert.doesNotMatch(bad, regex);
    }
  });

  it('the rules of SSH have the documented names, priorities and actions', () => {
    const { securityRules } = resource('Microsoft.Network/networkSecurityGroups') as unknown as {
      securityRules: readonly { name: string; properties: Record<string, unknown> }[];
    };
    const said = securityRules.map(({ name, properties: rule }) =>
      [
        ...[name, rule['priority'], rule['access'], rule['protocol'], rule['sourceAddressPrefix']],
        ...[rule['destinationAddressPrefix'], rule['destinationPortRange']],
      ].join(' '),
    );
    assert.deepEqual(said, [
      'AllowAccessToSSH 100 Allow Tcp 203.0.113.7/32 10.9.0.4 22',
      'RestrictAccessToSSH 130 Deny * * 10.9.0.4 *',
      'AllowClientsToInternet 140 Allow * 10.9.1.0/24 * *',
    ]);
  });

  it('packets of the clients go to the firewall, which may forward them', () => {
    const nic = resource('Microsoft.Network/networkInterfaces') as Record<string, unknown>;
    assert.equal(nic['enableIPForwarding'], true);
    assert.match(JSON.stringify(nic), /"privateIPAddress":"10\.9\.0\.4"/);
    const { routes } = resource('Microsoft.Network/routeTables') as unknown as {
      routes: readonly { properties: object }[];
    };
    assert.deepEqual(
      routes.map(({ properties }) => properties),
      [
        {
          addressPrefix: '0.0.0.0/0',
          nextHopType: 'VirtualAppliance',
          nextHopIpAddress: '10.9.0.4',
        },
      ],
    );
    const networks = template.resources.find(({ type }) => type.endsWith('/virtualNetworks'));
    assert.equal(compute(networks?.name, scope()), 'TSProtectedVnet');
    const text = JSON.stringify(resource('Microsoft.Network/virtualNetworks'));
    assert.match(text, /"name":"Clients","properties":\{"addressPrefix":"10\.9\.1\.0\/24"/);
  });

  it('what depends on what is made by the template', () => {
    const made = template.resources.map(({ type, name }) => {
      const full = compute(name, scope()) as string;
      return `${type}/${full}`;
    });
    for (const { dependsOn = [] } of template.resources) {
      for (const one of dependsOn) assert.ok(made.includes(compute(one, scope()) as string), one);
    }
  });

  it('its first boot has the key and the networks as they were given, whatever signs are in them', () => {
    const { osProfile } = resource('Microsoft.Compute/virtualMachines') as unknown as {
      osProfile: { customData: string; linuxConfiguration: unknown };
    };
    const text = Buffer.from(osProfile.customData, 'base64').toString();
    assert.ok(text.startsWith('#cloud-config\n'));
    const contentOf = (path: string): string => {
      const [, encoded = ''] =
        new RegExp(`path: ${path}\\n.*\\n    encoding: b64\\n    content: '(.*)'`).exec(text) ?? [];
      return Buffer.from(encoded, 'base64').toString();
    };
    assert.equal(contentOf('/etc/ts-azure/license-key'), GIVEN.licenseKey);
    assert.equal(contentOf('/etc/ts-azure/clients'), '10.9.1.0/24\n');
    assert.match(text, /path: \/etc\/ts-azure\/license-key\n {4}permissions: '0600'/);
    assert.match(
      text,
      /^ {6}deb \[signed-by=\/usr\/share\/keyrings\/threatstop\.asc\] https:\/\/apt\.example\.net\/apt stable main$/m,
    );
    assert.match(JSON.stringify(osProfile.linuxConfiguration), /"keyData":"ssh-ed25519 AAAA"/);
  });

  it('its package has both files at the top, and the same bytes when it is made again', async () => {
    const order = { checkout: CHECKOUT, publisher: PUBLISHER, modified: MODIFIED, run: runCommand };
    const path = await makeOffer({ ...order, out: folder() });
    assert.match(path, /\/ts-azure-\d+\.\d+-\d+\.zip$/);
    const list = execFileSync('unzip', ['-Z1', path], { encoding: 'utf8' });
    assert.equal(list, 'createUiDefinition.json\nmainTemplate.json\n');
    const unpacked = execFileSync('unzip', ['-p', path, 'mainTemplate.json'], { encoding: 'utf8' });
    assert.deepEqual(JSON.parse(unpacked), template);
    const first = readFileSync(path);
    rmSync(path);
    await makeOffer({ ...order, out: folder() });
    assert.ok(readFileSync(path).equals(first));
  });

  it('a publisher that cannot be used is refused by name', async () => {
    for (const [wrong, name] of [
      [{ portal: 'http://portal.example.net' }, 'PORTAL'],
      [{ portal: 'https://a"\nrm -rf /' }, 'PORTAL'],
      [{ pin: 'sha256//x' }, 'PIN'],
      [{ repository: 'http://apt.example.net' }, 'APT'],
      [{ keyring: '' }, 'KEYRING'],
    ] as const) {
      await assert.rejects(
        mainTemplate(CHECKOUT, { ...PUBLISHER, ...wrong }),
        new RegExp(`^HostError: ${name} `),
      );
    }
  });
});
