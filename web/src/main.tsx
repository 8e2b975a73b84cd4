import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./ui/tokens.css";
import "./ui/base.css";
import "./app/shell.css";
import { App } from "./app/App";
import { nameLists } from "./app/listNames";

const root = document.getElementById("root");
if (root) {
  nameLists();
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
