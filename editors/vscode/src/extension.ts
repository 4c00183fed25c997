// Starts `certsd-lint lsp` and shows the pages of rules. Everything else is the server's.

import * as vscode from 'vscode';
import { LanguageClient, type LanguageClientOptions, type ServerOptions } from 'vscode-languageclient/node';

/** The scheme of the pages that explain rules. */
const SCHEME = 'certsd-lint';

/** The server's command; its argument is the name of a rule, its answer the rule's page. */
const EXPLAIN = 'certsd-lint.explain';

/** The files that may contain configuration; those that do not are cheap. */
const FILES = ['**/*.{toml,yaml,yml,bu,tf,tfvars,hcl,sh,bash,cfg,j2,tpl,tmpl,tftpl}', '**/{Dockerfile,Containerfile}*'];

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const pages = new Map<string, string>();
  context.subscriptions.push(
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      provideTextDocumentContent: (uri) => pages.get(uri.path) ?? '',
    }),
    vscode.commands.registerCommand('certsd-lint.restart', async () => {
      await client?.stop();
      await start(pages);
    }),
  );
  await start(pages);
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}

async function start(pages: Map<string, string>): Promise<void> {
  const command = vscode.workspace.getConfiguration('certsd-lint').get('path', 'certsd-lint');
  const server: ServerOptions = { command, args: ['lsp'] };
  const options: LanguageClientOptions = {
    documentSelector: FILES.map((pattern) => ({ scheme: 'file', pattern })),
    // The page of a rule is returned, rather than opened in a browser.
    initializationOptions: { explain: 'result' },
    middleware: {
      executeCommand: async (command, args, next) => {
        const answer: unknown = await next(command, args);
        if (command === EXPLAIN && isPage(answer)) {
          await show(pages, String(args[0]), answer.value);
        }
        return answer;
      },
    },
  };
  client = new LanguageClient('certsd-lint', 'certsd-lint', server, options);
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    const chosen = await vscode.window.showErrorMessage(`certsd-lint cannot start \`${command}\`: ${error}`, 'Open settings');
    if (chosen !== undefined) {
      await vscode.commands.executeCommand('workbench.action.openSettings', 'certsd-lint.path');
    }
  }
}

function isPage(answer: unknown): answer is { value: string } {
  return typeof answer === 'object' && answer !== null && 'value' in answer && typeof answer.value === 'string';
}

async function show(pages: Map<string, string>, rule: string, page: string): Promise<void> {
  const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${rule}.md` });
  pages.set(uri.path, page);
  await vscode.commands.executeCommand('markdown.showPreview', uri);
}
