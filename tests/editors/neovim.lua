-- Run in a Neovim that has opened a file: waits for what the server shows, applies all safe fixes, waits again, writes the file, and
-- prints what was seen as one line of JSON.

-- Only a bound for a server that never answers: waiting ends as soon as there is something to see.
local LONG = 60000

local function shown()
  local all = {}
  for _, it in ipairs(vim.diagnostic.get(0)) do
    table.insert(all, { code = it.code, line = it.lnum, column = it.col, source = it.source, message = it.message })
  end
  return all
end

local function has(code)
  for _, it in ipairs(shown()) do
    if it.code == code then return true end
  end
  return false
end

local function done(result)
  io.stdout:write(vim.fn.json_encode(result) .. '\n')
  vim.cmd('qall!')
end

-- Where Neovim asks which action is meant, the first is.
vim.ui.select = function(items, _, choose) choose(items[1], 1) end

local function drive()
  local seen = { clients = {} }
  if not vim.wait(LONG, function() return has('unknown-capability') end, 20) then
    return done({ failed = 'no diagnostics came' })
  end
  for _, client in ipairs(vim.lsp.buf_get_clients(0)) do
    table.insert(seen.clients, client.name)
  end
  seen.before = shown()

  -- The hover, as `K` asks for it.
  local place = { textDocument = vim.lsp.util.make_text_document_params(), position = { line = 2, character = 10 } }
  local answers = vim.lsp.buf_request_sync(0, 'textDocument/hover', place, LONG)
  for _, answer in pairs(answers or {}) do
    seen.hover = answer.result and answer.result.contents.value
  end

  vim.lsp.buf.code_action({ context = { only = { 'source.fixAll.certsd-lint' }, diagnostics = {} }, apply = true })
  if not vim.wait(LONG, function() return not has('unknown-capability') and not has('unknown-key') end, 20) then
    return done({ failed = 'the diagnostics stayed', before = seen.before, now = shown() })
  end
  seen.after = shown()
  vim.cmd('write')
  done(seen)
end

-- An error must end Neovim, too.
local ok, message = pcall(drive)
if not ok then done({ failed = message }) end
