// The default theme without its font: the system's own, and nothing is fetched from elsewhere.
import theme from "vitepress/theme-without-fonts";
import "./style.css";

export default theme;
